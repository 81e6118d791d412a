using System.Security.Cryptography;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Tls;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Server.Tests.Tls;

public sealed class TlsIdentityReaderTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TlsFolder _files = new(asksClients: true);
    private readonly TestAuthority _authority = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Read_FilesFit_HasCertificateChainAndAuthorities()
    {
        var certificate = _authority.Server();
        _files.Write($"{certificate.CertificatePem}\n{_authority.Pem}", certificate.KeyPem);
        _files.WriteAuthorities(_authority.Pem);

        var identity = Read();

        Assert.Equal(certificate.Certificate.Thumbprint, identity.Certificate.Thumbprint);
        Assert.True(identity.Certificate.HasPrivateKey);
        Assert.Equal(new DateTimeOffset(certificate.Certificate.NotAfter), identity.Expiry);
        Assert.Equal([_authority.Certificate.Thumbprint], identity.ClientAuthorities!.Select(one => one.Thumbprint));
    }

    [Theory]
    [InlineData("RSA PRIVATE KEY")]
    [InlineData("PRIVATE KEY")]
    public void Read_KeyOfRsa_IsTakenInEitherForm(string label)
    {
        using var key = RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        _files.Write(certificate.ExportCertificatePem(), label == "PRIVATE KEY" ? key.ExportPkcs8PrivateKeyPem() : key.ExportRSAPrivateKeyPem());
        _files.WriteAuthorities(_authority.Pem);

        Assert.Equal(certificate.Thumbprint, Read().Certificate.Thumbprint);
    }

    [Fact]
    public void Read_NothingIsThere_EveryFileIsNamed()
    {
        var faults = Faults();

        Assert.Equal(
            [
                $"--tls-certificate: '{_files.Options.CertificateFile}' cannot be read: there is no such file",
                $"--tls-key: '{_files.Options.KeyFile}' cannot be read: there is no such file",
                $"--client-ca: '{_files.Options.ClientAuthoritiesFile}' cannot be read: there is no such file",
            ],
            faults);
    }

    [Fact]
    public void Read_NothingIsPem_EveryFileIsNamed()
    {
        _files.Write("a certificate", "a key");
        _files.WriteAuthorities("an authority");

        var faults = Faults();

        Assert.Equal(3, faults.Count);
        Assert.StartsWith($"--tls-certificate: '{_files.Options.CertificateFile}' holds no certificate", faults[0], StringComparison.Ordinal);
        Assert.StartsWith($"--client-ca: '{_files.Options.ClientAuthoritiesFile}' holds no certificate", faults[1], StringComparison.Ordinal);
        Assert.StartsWith($"--tls-key: '{_files.Options.KeyFile}' holds no private key", faults[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_KeyOfAnother_IsRefused()
    {
        _files.Write(_authority.Server().CertificatePem, _authority.Server().KeyPem);

        Assert.StartsWith($"--tls-key: '{_files.Options.KeyFile}' is not the key of", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_KeyHasAPassword_IsRefused()
    {
        using var key = ECDsa.Create();
        var pem = key.ExportEncryptedPkcs8PrivateKeyPem("password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));
        _files.Write(_authority.Server().CertificatePem, pem);

        Assert.StartsWith($"--tls-key: '{_files.Options.KeyFile}' has a password", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CertificateIsCutOff_IsRefused()
    {
        var certificate = _authority.Server();
        var damaged = certificate.CertificatePem.Replace("BEGIN CERTIFICATE-----\nMII", "BEGIN CERTIFICATE-----\nMIA", StringComparison.Ordinal);
        Assert.NotEqual(certificate.CertificatePem, damaged);
        _files.Write(damaged, certificate.KeyPem);

        Assert.StartsWith($"--tls-certificate: '{_files.Options.CertificateFile}' is damaged", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CertificateHasExpired_SaysSinceWhen()
    {
        _files.Write(_authority.Server(new DateTimeOffset(Now.Year - 2, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(Now.Year - 1, 2, 3, 4, 5, 6, TimeSpan.Zero)));

        Assert.Equal($"--tls-certificate: '{_files.Options.CertificateFile}' has expired: it was valid until {Now.Year - 1}-02-03 04:05:06Z", Fault());
    }

    [Fact]
    public void Read_CertificateIsNotYetValid_SaysFromWhenOn()
    {
        _files.Write(_authority.Server(new DateTimeOffset(Now.Year + 1, 2, 3, 4, 5, 6, TimeSpan.Zero), new DateTimeOffset(Now.Year + 2, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        Assert.Equal($"--tls-certificate: '{_files.Options.CertificateFile}' is not yet valid: it will be from {Now.Year + 1}-02-03 04:05:06Z on", Fault());
    }

    [Fact]
    public void Read_CertificateIsAClients_IsRefused()
    {
        _files.Write(_authority.Client());

        Assert.Contains("is not for servers", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AuthorityHasExpired_IsRefusedUnlessThereIsAnother()
    {
        var old = new TestAuthority(Now.AddYears(-2), Now.AddYears(-1));
        _files.Write(_authority.Server());

        _files.WriteAuthorities(old.Pem);
        Assert.StartsWith($"--client-ca: '{_files.Options.ClientAuthoritiesFile}' has expired", Assert.Single(Faults()), StringComparison.Ordinal);

        _files.WriteAuthorities(old.Pem, _authority.Pem);
        Assert.Equal(2, Read().ClientAuthorities!.Count);
    }

    [Fact]
    public void Read_AuthorityIsNoRoot_IsRefused()
    {
        _files.Write(_authority.Server());
        _files.WriteAuthorities(_authority.Client().CertificatePem);

        Assert.Contains("holds no root", Assert.Single(Faults()), StringComparison.Ordinal);
    }

    private TlsIdentity Read() => TlsIdentityReader.Read(_files.Options, TlsFiles.Read(_files.Options), Now);

    private IReadOnlyList<string> Faults() => Assert.Throws<InvalidOptionsException>(Read).Faults;

    private string Fault()
    {
        _files.WriteAuthorities(_authority.Pem);
        return Assert.Single(Faults());
    }
}

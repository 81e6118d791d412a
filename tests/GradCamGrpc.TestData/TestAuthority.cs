using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GradCamGrpc.TestData;

/// <summary>An authority that signs certificates for a test, and is gone with it.</summary>
public sealed class TestAuthority
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly X509Certificate2 _certificate;

    /// <summary>One that is valid for years.</summary>
    public TestAuthority()
        : this(Now.AddYears(-5), Now.AddYears(5))
    {
    }

    /// <summary>One that is valid for a time.</summary>
    public TestAuthority(DateTimeOffset from, DateTimeOffset until)
    {
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _certificate = request.CreateSelfSigned(from, until);
    }

    /// <summary>Its certificate as a file has it.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Its certificate, to be trusted.</summary>
    public X509Certificate2 Certificate => _certificate;

    /// <summary>A certificate of a server at this machine, for a day.</summary>
    public TestCertificate Server() => Server(Now.AddHours(-1), Now.AddDays(1));

    /// <summary>The same for a time.</summary>
    public TestCertificate Server(DateTimeOffset from, DateTimeOffset until) => Issue("CN=server", ForServers, from, until);

    /// <summary>A certificate of a client, for a day.</summary>
    public TestCertificate Client() => Client(Now.AddHours(-1), Now.AddDays(1));

    /// <summary>The same for a time.</summary>
    public TestCertificate Client(DateTimeOffset from, DateTimeOffset until) => Issue("CN=client", ForClients, from, until);

    private TestCertificate Issue(string subject, string use, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_certificate, from, until, RandomNumberGenerator.GetBytes(16));
        return new TestCertificate(signed.CopyWithPrivateKey(key), signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

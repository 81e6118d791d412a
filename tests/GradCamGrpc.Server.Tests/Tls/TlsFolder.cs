using GradCamGrpc.Server.Options;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Server.Tests.Tls;

/// <summary>The files of TLS in a folder of their own.</summary>
internal sealed class TlsFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public TlsFolder(bool asksClients = false) => Options = new TlsOptions(
        Path.Combine(_folder.FullName, "tls.crt"), Path.Combine(_folder.FullName, "tls.key"), asksClients ? Path.Combine(_folder.FullName, "ca.crt") : null);

    public TlsOptions Options { get; }

    public void Write(TestCertificate certificate) => Write(certificate.CertificatePem, certificate.KeyPem);

    public void Write(string certificate, string key)
    {
        File.WriteAllText(Options.CertificateFile, certificate);
        File.WriteAllText(Options.KeyFile, key);
    }

    public void WriteAuthorities(params IEnumerable<string> authorities) => File.WriteAllText(Options.ClientAuthoritiesFile!, string.Join('\n', authorities));

    public void Dispose() => _folder.Delete(recursive: true);
}

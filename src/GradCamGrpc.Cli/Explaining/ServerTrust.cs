using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Which servers are believed to be who they say, and who the client is. All files are PEM.</summary>
/// <param name="AuthoritiesFile">Who signs servers' certificates; null for those that the system trusts.</param>
/// <param name="CertificateFile">The client's certificate; null for none.</param>
/// <param name="KeyFile">Its private key.</param>
internal sealed record ServerTrust(string? AuthoritiesFile, string? CertificateFile, string? KeyFile)
{
    /// <summary>A certificate of the one server that is believed, whatever its name and whoever signed it; null for none.</summary>
    public string? PinnedFile { get; init; }

    /// <summary>Makes what connections are opened with.</summary>
    /// <exception cref="InvalidDataException">A file is of no use.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        if (AuthoritiesFile is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(Certificates(AuthoritiesFile));
        }
        if (PinnedFile is not null)
        {
            var pinned = Certificates(PinnedFile)[0];
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && pinned.RawDataMemory.Span.SequenceEqual(certificate.GetRawCertData());
        }
        if (CertificateFile is not null)
            handler.SslOptions.ClientCertificateContext = ClientCertificate(CertificateFile, KeyFile!);
        return handler;
    }

    private static SslStreamCertificateContext ClientCertificate(string file, string keyFile)
    {
        var chain = Certificates(file);
        chain.RemoveAt(0);
        try
        {
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(file, keyFile), chain, offline: true);
        }
        catch (CryptographicException)
        {
            throw new InvalidDataException($"'{keyFile}' has not the private key of the first certificate in '{file}', without a password and in PEM");
        }
    }

    private static X509Certificate2Collection Certificates(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(File.ReadAllText(file));
        }
        catch (CryptographicException fault)
        {
            throw new InvalidDataException($"'{file}' is damaged: {fault.Message}", fault);
        }
        return certificates.Count > 0 ? certificates : throw new InvalidDataException($"'{file}' holds no certificate in PEM");
    }
}

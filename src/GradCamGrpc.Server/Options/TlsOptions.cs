namespace GradCamGrpc.Server.Options;

/// <summary>The files that TLS is made of, all in PEM.</summary>
/// <param name="CertificateFile">The server's certificate, and behind it those that lead to its root.</param>
/// <param name="KeyFile">The certificate's private key, without a password.</param>
/// <param name="ClientAuthoritiesFile">Who signs clients' certificates, which are required then; null to ask clients for none.</param>
public sealed record TlsOptions(string CertificateFile, string KeyFile, string? ClientAuthoritiesFile)
{
    /// <summary>How often the files are looked at, to see whether they have been replaced.</summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(10);
}

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GradCamGrpc.Server.Tls;

/// <summary>Who the server is, and whose clients it believes: what is in use, made of files that fit together.</summary>
/// <param name="Files">What it was made of.</param>
/// <param name="Certificate">The server's certificate with its key.</param>
/// <param name="Chain">The same with the certificates behind it.</param>
/// <param name="ClientAuthorities">Who signs clients' certificates; null where clients are asked for none.</param>
/// <remarks>It is never disposed of: handshakes may still hold it when another takes its place.</remarks>
internal sealed record TlsIdentity(
    TlsFiles Files, X509Certificate2 Certificate, SslStreamCertificateContext Chain, X509Certificate2Collection? ClientAuthorities)
{
    private static readonly Oid ForClients = new("1.3.6.1.5.5.7.3.2");

    /// <summary>When the server's certificate expires.</summary>
    public DateTimeOffset Expiry => Certificate.NotAfter;

    /// <summary>What a handshake is made with.</summary>
    /// <param name="protocols">What may be spoken behind it, the preferred one first.</param>
    public SslServerAuthenticationOptions Handshake(params IEnumerable<SslApplicationProtocol> protocols) => new()
    {
        ServerCertificateContext = Chain,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [.. protocols],
        AllowRenegotiation = false,
    };

    /// <summary>The same for an address whose clients must have a certificate, where there are authorities that sign them.</summary>
    /// <param name="refused">Told why a client's certificate is refused.</param>
    /// <param name="protocols">What may be spoken behind it, the preferred one first.</param>
    public SslServerAuthenticationOptions MutualHandshake(Action<X509Certificate2, string> refused, params IEnumerable<SslApplicationProtocol> protocols)
    {
        var handshake = Handshake(protocols);
        if (ClientAuthorities is null)
            return handshake;
        handshake.ClientCertificateRequired = true;
        handshake.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        handshake.CertificateChainPolicy.CustomTrustStore.AddRange(ClientAuthorities);
        handshake.CertificateChainPolicy.ApplicationPolicy.Add(ForClients);

        // A session that is taken up again would have been judged by the authorities, and at the time, of its beginning.
        handshake.AllowTlsResume = false;
        handshake.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (errors != SslPolicyErrors.None && certificate is X509Certificate2 theirs)
                refused(theirs, Reasons(chain, errors));
            return errors == SslPolicyErrors.None;
        };
        return handshake;
    }

    private static string Reasons(X509Chain? chain, SslPolicyErrors errors) => chain is { ChainStatus.Length: > 0 }
        ? string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct())
        : errors.ToString();
}

using System.Net;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The server of this machine that the environment's variables describe, as a container's health check asks for it.</summary>
internal static class OwnServer
{
    /// <param name="given">What the command line says of certificates.</param>
    /// <returns>
    /// Where it is, and how it is known: by the very certificate that it serves with, whose name is not this machine's. A server that asks
    /// for certificates is shown that one, too, where the command line has no other.
    /// </returns>
    /// <exception cref="InvalidOptionsException">A variable is wrong.</exception>
    public static (Uri Address, ServerTrust Trust) Read(ServerTrust given)
    {
        var options = ServerOptions.Serving();
        var address = options.Listen.Address switch
        {
            var any when any.Equals(IPAddress.Any) => IPAddress.Loopback,
            var any when any.Equals(IPAddress.IPv6Any) => IPAddress.IPv6Loopback,
            var one => one,
        };
        var server = new IPEndPoint(address, options.Listen.Port);
        if (options.Tls is not { } tls)
            return (new Uri($"http://{server}"), given);

        var trust = given.AuthoritiesFile is null ? given with { PinnedFile = tls.CertificateFile } : given;
        if (tls.ClientAuthoritiesFile is not null && given.CertificateFile is null)
            trust = trust with { CertificateFile = tls.CertificateFile, KeyFile = tls.KeyFile };
        return (new Uri($"https://{server}"), trust);
    }
}

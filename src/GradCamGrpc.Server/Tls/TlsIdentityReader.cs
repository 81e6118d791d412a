using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Server.Tls;

/// <summary>Makes a <see cref="TlsIdentity"/> of files, and finds every fault in them.</summary>
internal sealed class TlsIdentityReader
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";

    private readonly TlsOptions _options;
    private readonly TlsFiles _files;
    private readonly DateTimeOffset _now;
    private readonly List<string> _faults = [];

    private TlsIdentityReader(TlsOptions options, TlsFiles files, DateTimeOffset now)
    {
        _options = options;
        _files = files;
        _now = now;
    }

    /// <param name="options">Where the files are.</param>
    /// <param name="files">What they say.</param>
    /// <param name="now">When the certificates have to be valid.</param>
    /// <exception cref="InvalidOptionsException">At least one is of no use.</exception>
    public static TlsIdentity Read(TlsOptions options, TlsFiles files, DateTimeOffset now)
    {
        var reader = new TlsIdentityReader(options, files, now);
        var identity = reader.Read();
        return reader._faults.Count == 0 ? identity! : throw new InvalidOptionsException(reader._faults);
    }

    private TlsIdentity? Read()
    {
        var chain = Certificates(Settings.TlsCertificate, _options.CertificateFile, _files.Certificate);
        var authorities = _files.ClientAuthorities is { } text ? Authorities(text) : null;
        if (!HasKey() || chain is not [var first, ..])
            return null;
        CheckServerCertificate(first);
        try
        {
            var certificate = X509Certificate2.CreateFromPem(_files.Certificate, _files.Key);
            chain.RemoveAt(0);
            return new TlsIdentity(_files, certificate, SslStreamCertificateContext.Create(certificate, chain, offline: true), authorities);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            Fault(Settings.TlsKey, _options.KeyFile, $"is not the key of the first certificate in '{_options.CertificateFile}', or is damaged");
            return null;
        }
    }

    private X509Certificate2Collection? Certificates(Setting setting, string file, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException fault)
        {
            Fault(setting, file, $"is damaged: {fault.Message}");
            return null;
        }
        if (certificates.Count > 0)
            return certificates;
        Fault(setting, file, "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        return null;
    }

    private bool HasKey()
    {
        var rest = _files.Key.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            switch (rest[fields.Label])
            {
                case "ENCRYPTED PRIVATE KEY":
                    Fault(Settings.TlsKey, _options.KeyFile, "has a password; give a key without one, readable by the server alone");
                    return false;
                case "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY":
                    return true;
            }
            rest = rest[fields.Location.End..];
        }
        Fault(Settings.TlsKey, _options.KeyFile, "holds no private key in PEM (-----BEGIN PRIVATE KEY-----)");
        return false;
    }

    private void CheckServerCertificate(X509Certificate2 certificate)
    {
        if (_now >= certificate.NotAfter)
            Fault(Settings.TlsCertificate, _options.CertificateFile, $"has expired: it was valid until {Time(certificate.NotAfter)}");
        if (_now < certificate.NotBefore)
            Fault(Settings.TlsCertificate, _options.CertificateFile, $"is not yet valid: it will be from {Time(certificate.NotBefore)} on");
        var uses = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).ToArray();
        if (uses.Length > 0 && !uses.Any(use => use.Value == ForServers))
            Fault(Settings.TlsCertificate, _options.CertificateFile, "is not for servers: its extended key usage lacks serverAuth");
    }

    /// <summary>Roots that are valid now, and what leads to them. An old root may stay beside the one that follows it.</summary>
    private X509Certificate2Collection? Authorities(string text)
    {
        var file = _options.ClientAuthoritiesFile!;
        if (Certificates(Settings.ClientCa, file, text) is not { } authorities)
            return null;
        var roots = authorities.Where(authority => authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData)).ToArray();
        if (roots.Length == 0)
            Fault(Settings.ClientCa, file, "holds no root: a certificate that has signed itself");
        else if (roots.All(root => _now >= root.NotAfter))
            Fault(Settings.ClientCa, file, $"has expired: its root was valid until {Time(roots.Max(root => root.NotAfter))}");
        else if (roots.All(root => _now < root.NotBefore || _now >= root.NotAfter))
            Fault(Settings.ClientCa, file, $"is not yet valid: its root will be from {Time(roots.Max(root => root.NotBefore))} on");
        return authorities;
    }

    private static string Time(DateTime local) => $"{local.ToUniversalTime():u}";

    private void Fault(Setting setting, string file, string fault) => _faults.Add($"{setting.Option}: '{file}' {fault}");
}

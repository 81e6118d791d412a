using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Server.Tls;

/// <summary>What the files of TLS say, all of one moment.</summary>
/// <param name="Certificate">The server's certificate and those behind it.</param>
/// <param name="Key">Its private key.</param>
/// <param name="ClientAuthorities">Who signs clients' certificates; null where clients are asked for none.</param>
internal sealed record TlsFiles(string Certificate, string Key, string? ClientAuthorities)
{
    /// <summary>Files are not replaced as often as that while they are read.</summary>
    private const int MaxReadings = 5;

    /// <summary>Reads them until two readings in a row are the same, so that new files are not mixed with those they replace.</summary>
    /// <exception cref="InvalidOptionsException">At least one cannot be read.</exception>
    public static TlsFiles Read(TlsOptions options)
    {
        var files = ReadOnce(options);
        for (var i = 1; i < MaxReadings && ReadOnce(options) is var again && again != files; i++)
            files = again;
        return files;
    }

    private static TlsFiles ReadOnce(TlsOptions options)
    {
        var faults = new List<string>();
        var files = new TlsFiles(
            Read(Settings.TlsCertificate, options.CertificateFile, faults),
            Read(Settings.TlsKey, options.KeyFile, faults),
            options.ClientAuthoritiesFile is { } file ? Read(Settings.ClientCa, file, faults) : null);
        return faults.Count == 0 ? files : throw new InvalidOptionsException(faults);
    }

    private static string Read(Setting setting, string file, List<string> faults)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            var reason = fault is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : fault.Message;
            faults.Add($"{setting.Option}: '{file}' cannot be read: {reason}");
            return "";
        }
    }
}

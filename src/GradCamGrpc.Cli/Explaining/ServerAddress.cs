using System.Text.RegularExpressions;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Servers as people name them: as http://… or https://…, or by a host and a port alone.</summary>
internal static partial class ServerAddress
{
    /// <summary>The variable that names the server where no option does.</summary>
    public const string Variable = "GRADCAM_SERVER";

    /// <summary>What an address has to be.</summary>
    public const string Needed = "is not an address and a port, such as localhost:50051 or http://127.0.0.1:50051";

    /// <summary>What the variable says; null where it says nothing.</summary>
    /// <exception cref="InvalidDataException">It is no address.</exception>
    public static Uri? FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? Parse(text) ?? throw new InvalidDataException($"{Variable}: '{text}' {Needed}")
        : null;

    /// <returns>Null where the text is no address.</returns>
    public static Uri? Parse(string text) =>
        Uri.TryCreate(HostAndPort().IsMatch(text) ? $"http://{text}" : text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https" && address.Host.Length > 0
            ? address
            : null;

    [GeneratedRegex(@"^(\[[0-9a-fA-F:.%]+\]|[^/:@?#\s]+):[0-9]+$")]
    private static partial Regex HostAndPort();
}

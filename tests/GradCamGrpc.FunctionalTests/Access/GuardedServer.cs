using System.Security.Cryptography;
using System.Text;

namespace GradCamGrpc.FunctionalTests.Access;

/// <summary>A server that lets in whoever has a key.</summary>
public sealed class GuardedServer : IAsyncLifetime
{
    public const string Free = "a long random key";
    public const string Narrow = "may classify alone";
    public const string Bounded = "one call an hour";
    public const string OneAtATime = "one call at a time";
    public const string Cancels = "one call at a time, which it cancels";
    public const string Slow = "two messages a second";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public GuardedServer()
    {
        var file = Path.Combine(_folder.FullName, "access.json");
        File.WriteAllText(file, $$"""
            {
              // The keys' hashes, not the keys.
              "keys": [
                {"name": "free", "sha256": "{{Hash(Free)}}"},
                {"name": "narrow", "sha256": "{{Hash(Narrow)}}", "services": ["gradcam.v1.ClassificationService/Classify"]},
                {"name": "bounded", "sha256": "{{Hash(Bounded)}}", "requests_per_second": 0.0002778, "burst": 1},
                {"name": "single", "sha256": "{{Hash(OneAtATime)}}", "concurrent_calls": 1},
                {"name": "cancels", "sha256": "{{Hash(Cancels)}}", "concurrent_calls": 1},
                {"name": "slow", "sha256": "{{Hash(Slow)}}", "requests_per_second": 2, "burst": 1}
              ]
            }
            """);
        Server = new RunningServer(options => options with { Access = file });
    }

    internal RunningServer Server { get; }

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

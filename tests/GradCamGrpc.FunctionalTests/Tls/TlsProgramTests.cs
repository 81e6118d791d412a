using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests.Tls;

/// <summary>TLS by the programs' options.</summary>
public sealed class TlsProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly TestAuthority _authority = new();
    private readonly TestCertificate _certificate;

    public TlsProgramTests()
    {
        _certificate = _authority.Server();
        Write("tls.crt", _certificate.CertificatePem);
        Write("tls.key", _certificate.KeyPem);
        Write("ca.crt", _authority.Pem);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Run_FilesAreOfNoUse_EndsAndSaysWhichAndWhy()
    {
        var stranger = Write("stranger.key", _authority.Server().KeyPem);

        using var run = ProgramRun.Server(
            "--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off", "--tls-certificate", PathOf("tls.crt"), "--tls-key", stranger, "--client-ca", PathOf("tls.key"));

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains($"--tls-key: '{stranger}' is not the key of the first certificate in '{PathOf("tls.crt")}'", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"--client-ca: '{PathOf("tls.key")}' holds no certificate", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BeyondLoopbackWithoutTls_EndsAndSaysWhatIsNeeded()
    {
        using var run = ProgramRun.Server("--listen", "0.0.0.0:0", "--http", "[::]:0", "--metrics", "off");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("--listen: '0.0.0.0:0' can be reached from elsewhere", run.Errors, StringComparison.Ordinal);
        Assert.Contains("--http: '[::]:0' can be reached from elsewhere", run.Errors, StringComparison.Ordinal);
        Assert.Contains("--plaintext anywhere", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_OverTls_TrustWhomTheyAreTold()
    {
        var client = _authority.Client();
        var (mine, key) = (Write("me.crt", client.CertificatePem), Write("me.key", client.KeyPem));
        using var run = ProgramRun.CommandLine(
        [
            "serve", "--listen", "0.0.0.0:0", "--http", "off", "--metrics", "off",
            "--tls-certificate", PathOf("tls.crt"), "--tls-key", PathOf("tls.key"), "--client-ca", PathOf("ca.crt"), .. ProgramRun.QuickStart,
        ]);
        var welcome = await run.LineWithAsync("serves on");
        var server = $"https://localhost:{welcome.Split(':')[1].Split('.')[0]}";

        using var known = ProgramRun.CommandLine("health", "--server", server, "--ca", PathOf("ca.crt"), "--cert", mine, "--key", key);
        using var models = ProgramRun.CommandLine("models", "--server", server, "--ca", PathOf("ca.crt"), "--cert", mine, "--key", key);
        using var nobody = ProgramRun.CommandLine("health", "--server", server, "--ca", PathOf("ca.crt"));
        using var distrustful = ProgramRun.CommandLine("health", "--server", server, "--cert", mine, "--key", key);

        Assert.Equal((0, 0, 1, 1), (await known.EndAsync(), await models.EndAsync(), await nobody.EndAsync(), await distrustful.EndAsync()));
        Assert.Contains("embedded", models.Output, StringComparison.Ordinal);
        Assert.Contains("--cert", nobody.Errors, StringComparison.Ordinal);
        Assert.Contains("is not believed", distrustful.Errors, StringComparison.Ordinal);
        run.Terminate();
        Assert.Equal(0, await run.EndAsync());
    }

    /// <summary>As a container has it: the certificate's name is the server's among others, and not this machine's.</summary>
    [Fact]
    public async Task Health_NoServerIsNamed_AsksTheOneOfTheEnvironment()
    {
        var stranger = _authority.Server();
        (string, string)[] Variables(string listen, string certificate) =>
        [
            ("GRADCAM_LISTEN", listen), ("GRADCAM_HTTP", "off"), ("GRADCAM_METRICS", "off"),
            ("GRADCAM_TLS_CERTIFICATE", certificate), ("GRADCAM_TLS_KEY", PathOf("tls.key")),
        ];
        using var run = ProgramRun.CommandLine(["serve", .. ProgramRun.QuickStart], Variables("0.0.0.0:0", PathOf("tls.crt")));
        var listen = $"0.0.0.0:{(await run.LineWithAsync("serves on")).Split(':')[1].Split('.')[0]}";

        using var health = ProgramRun.CommandLine("health", Variables(listen, PathOf("tls.crt")));
        using var another = ProgramRun.CommandLine("health", Variables(listen, Write("other.crt", stranger.CertificatePem)));

        Assert.Equal((0, 1), (await health.EndAsync(), await another.EndAsync()));
        Assert.Equal("serves", health.Output.Trim());
        Assert.Contains("is not believed", another.Errors, StringComparison.Ordinal);
        run.Terminate();
        Assert.Equal(0, await run.EndAsync());
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }
}

using System.Net.Sockets;
using System.Text.RegularExpressions;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace GradCamGrpc.FunctionalTests;

/// <summary>The server as a program: its options, its signals, its exit codes.</summary>
public sealed partial class ServerProgramTests
{
    private static readonly string[] ServeOptions = ["--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off", .. ProgramRun.QuickStart];

    [Fact]
    public async Task Run_EveryOptionWrong_EndsAndListsEveryFault()
    {
        using var run = ProgramRun.Server(
            "--listen", "nowhere", "--http", "8000", "--playground", "maybe", "--metrics", "70000", "--models", "/no/such/folder",
            "--device", "tpu", "--threads", "-1", "--max-batch", "0", "--queue-capacity", "many", "--max-delay", "-5", "--max-image-bytes", "0", "--drain-timeout", "x");

        Assert.Equal(1, await run.EndAsync());
        foreach (var option in new[]
        {
            "--listen", "--http", "--playground", "--metrics", "--models", "--device", "--threads", "--max-batch", "--queue-capacity", "--max-delay",
            "--max-image-bytes", "--drain-timeout",
        })
        {
            Assert.Contains($"{option}: '", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_DeviceIsNotHere_EndsAndSaysSo()
    {
        using var run = ProgramRun.Server("--device", "cuda:99");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("--device: 'cuda:99' is not here: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FolderWithoutAModel_EndsAndSaysSo()
    {
        var folder = Directory.CreateTempSubdirectory();

        using var run = ProgramRun.Server("--models", folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("model.json", run.Errors, StringComparison.Ordinal);
        Assert.Contains(folder.FullName, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PortIsTaken_EndsAndSaysSo()
    {
        using var first = new TcpListener(System.Net.IPAddress.Loopback, 0);
        using var second = new TcpListener(System.Net.IPAddress.Loopback, 0);
        using var third = new TcpListener(System.Net.IPAddress.Loopback, 0);
        string[] taken = [.. new[] { first, second, third }.Select(listener =>
        {
            listener.Start();
            return listener.LocalEndpoint.ToString()!;
        })];

        using var run = ProgramRun.Server("--listen", taken[0], "--http", taken[1], "--metrics", taken[2]);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains($"--listen: '{taken[0]}'", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"--http: '{taken[1]}'", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"--metrics: '{taken[2]}'", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithThePage_SaysWhereItIs()
    {
        using var run = ProgramRun.Server(["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--metrics", "off", .. ProgramRun.QuickStart]);
        var line = await run.LineWithAsync("A page to look with");
        using var http = new HttpClient();

        var page = await http.GetStringAsync(new Uri($"http://{Address().Match(line).Value}/"), TestContext.Current.CancellationToken);

        Assert.Contains("playground.js", page, StringComparison.Ordinal);
    }

    /// <summary>An address that documentation is written with (RFC 5737), and no machine has.</summary>
    [Fact]
    public async Task Run_AddressIsAnotherMachines_EndsAndSaysSo()
    {
        using var run = ProgramRun.Server("--listen", "192.0.2.1:50051", "--http", "off", "--metrics", "off", "--plaintext", "anywhere");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("--listen: '192.0.2.1:50051' cannot be listened on", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LibTorchIsAbsent_EndsAndNamesTheFile()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (file.Contains("runtimes", StringComparison.Ordinal))
                File.CreateSymbolicLink(copy, file);
            else
                File.Copy(file, copy);
        }
        File.Delete(Path.Combine(folder, "runtimes", "linux-x64", "native", "libtorch_cpu.so"));

        using var run = ProgramRun.In(folder, "GradCamGrpc.Server.dll", "--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("libtorch cannot be loaded: libtorch_cpu.so", run.Errors, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Run_UnknownOption_EndsAndNamesIt()
    {
        using var run = ProgramRun.Server("--lisen", "127.0.0.1:0");

        Assert.NotEqual(0, await run.EndAsync());
        Assert.Contains("--lisen", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Terminated_AnswersWhatItHasAcceptedAndEndsWithZero()
    {
        using var run = ProgramRun.Server("--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off");
        var welcome = await run.LineWithAsync("serves on");
        using var channel = GrpcChannel.ForAddress($"http://{Address().Match(welcome).Value}");
        var client = new ClassificationService.ClassificationServiceClient(channel);
        var request = new ClassificationServiceExplainRequest { Image = Photos.CatImage };
        var calls = Enumerable.Range(0, 24).Select(_ => client.Explain(
            request, cancellationToken: TestContext.Current.CancellationToken)).ToArray();
        Assert.True(await calls[^1].ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        run.Terminate();

        foreach (var call in calls)
        {
            var messages = await call.ReadAllAsync();
            Assert.Equal(ClassificationServiceExplainResponse.EventOneofCase.Map, messages[^1].EventCase);
        }
        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("Draining", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Serve_SignalledTwice_AnswersWhatItHasAcceptedAndEndsWithZero(bool isInterrupt)
    {
        Assert.SkipWhen(isInterrupt && ProgramRun.IgnoresInterrupt, "SIGINT is ignored here, and by every program that is started from here");
        using var run = ProgramRun.CommandLine(["serve", .. ServeOptions]);
        var welcome = await run.LineWithAsync("serves on");
        using var channel = GrpcChannel.ForAddress($"http://{Address().Match(welcome).Value}");
        var client = new ClassificationService.ClassificationServiceClient(channel);
        var request = new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { TopK = 32 } },
            Layers = { "blocks.0.0" },
        };
        using var call = client.Explain(request, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        for (var i = 0; i < 2; i++)
        {
            if (isInterrupt)
                run.Interrupt();
            else
                run.Terminate();
        }

        Assert.Equal(32, (await call.ReadAllAsync()).Count);
        Assert.Equal(0, await run.EndAsync());
        Assert.DoesNotContain("Unhandled", run.Output + run.Errors, StringComparison.Ordinal);
    }

    /// <summary>Long enough for whatever else may end a program that was asked to.</summary>
    [Fact]
    public async Task Run_TerminatedWithSecondsOfWorkAhead_AnswersAllOfIt()
    {
        using var run = ProgramRun.Server(ServeOptions);
        var welcome = await run.LineWithAsync("serves on");
        using var channel = GrpcChannel.ForAddress($"http://{Address().Match(welcome).Value}");
        var client = new ClassificationService.ClassificationServiceClient(channel);
        var request = new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { TopK = 32 } },
            Layers = { "blocks.0.0" },
        };
        var calls = Enumerable.Range(0, 6).Select(_ => client.Explain(
            request, cancellationToken: TestContext.Current.CancellationToken)).ToArray();
        Assert.True(await calls[0].ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        run.Terminate();

        Assert.Equal(32, (await calls[0].ReadAllAsync()).Count);
        foreach (var call in calls[1..])
            Assert.Equal(1 + 32, (await call.ReadAllAsync()).Count);
        Assert.Equal(0, await run.EndAsync());
    }

    [Fact]
    public async Task Run_TerminatedUnderAStream_AnswersWhatItHasReadAndEndsWithZero()
    {
        using var run = ProgramRun.Server(ServeOptions);
        var welcome = await run.LineWithAsync("serves on");
        using var channel = GrpcChannel.ForAddress($"http://{Address().Match(welcome).Value}");
        using var call = new ClassificationService.ClassificationServiceClient(channel).ExplainStream(
            cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(StreamedCat(), TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        run.Terminate();

        // Its prediction has come; the map and the end follow.
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(0, call.ResponseStream.Current.End.Code);
        var end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("Drained after", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TerminatedWithoutTimeToAnswer_SaysWhatItCutAndEndsWithTwo()
    {
        using var run = ProgramRun.Server([.. ServeOptions, "--drain-timeout", "0"]);
        var welcome = await run.LineWithAsync("serves on");
        using var channel = GrpcChannel.ForAddress($"http://{Address().Match(welcome).Value}");
        using var call = new ClassificationService.ClassificationServiceClient(channel).Explain(
            new ClassificationServiceExplainRequest { Image = Photos.CatImage, Targets = { new ClassTarget { TopK = 32 } }, Layers = { "blocks.0.0" } },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        run.Terminate();

        Assert.Equal(2, await run.EndAsync());
        Assert.Contains("Cut off after 00:00:00 of draining: 1 accepted calls are not answered, with 0 photos", run.Output, StringComparison.Ordinal);
    }

    private static ClassificationServiceExplainStreamRequest StreamedCat() => new()
    {
        Item = new ExplainItem { Id = "cat", Request = new ClassificationServiceExplainRequest { Image = Photos.CatImage } },
    };

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}

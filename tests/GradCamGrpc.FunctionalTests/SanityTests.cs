using System.Text.Json.Nodes;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Sanity checks. A server runs one at a time: all that ask the shared one are in this class.</summary>
public sealed class SanityTests(RunningServer server)
{
    private const int TigerCat = 282;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ExplanationMethod GradCam => new() { GradCam = new GradCam() };

    private static ExplanationMethod Guided => new() { GuidedBackpropagation = new GuidedBackpropagation() };

    /// <summary>A hundred maps of 112 passes each take far longer than a test.</summary>
    private static CheckSanityRequest Endless => new()
    {
        Image = Photos.CatImage,
        Layer = "blocks.4.2",
        Methods = { new ExplanationMethod { ScoreCam = new ScoreCam() } },
        CheckpointCount = 100,
    };

    [Fact]
    public async Task CheckSanity_FiveCheckpoints_GoFromTheOutputsDownToAllModules()
    {
        var (subject, checkpoints) = await CheckAsync(server, new CheckSanityRequest
        {
            Target = new ClassTarget { ClassIndex = TigerCat },
            Methods = { Guided, GradCam },
            CheckpointCount = 5,
        });

        Assert.Equal((TigerCat, "bn2", 5), (subject.Score.ExplainedClass.ClassIndex, subject.Layer, subject.CheckpointCount));
        var predicted = subject.Prediction.Classes.Single(found => found.ClassIndex == TigerCat);
        Assert.Equal(predicted.Logit, subject.Score.Value, 1e-3);
        Assert.Equal(("classifier", "conv_stem"), (subject.Modules[0], subject.Modules[^1]));
        Assert.Equal(subject.Modules.Distinct(), subject.Modules);
        var all = subject.Modules.Count;
        Assert.Equal([all / 5, 2 * all / 5, 3 * all / 5, 4 * all / 5, all], checkpoints.Select(checkpoint => checkpoint.RandomizedModuleCount));
        Assert.All(checkpoints, checkpoint =>
        {
            Assert.Equal(subject.Modules[checkpoint.RandomizedModuleCount - 1], checkpoint.Module);
            Assert.Equal([Guided, GradCam], checkpoint.Similarities.Select(similarity => similarity.Method));
            Assert.All(checkpoint.Similarities, similarity =>
            {
                Assert.InRange(similarity.StructuralSimilarity, -1, 1);
                Assert.InRange(similarity.RankCorrelation, -1, 1);
                Assert.False(similarity.AllZero || similarity.NotFinite);
            });
        });
    }

    /// <summary>Adebayo et al. 2018: without the classifier and the last blocks Guided Backpropagation shows what it did before.</summary>
    [Fact]
    public async Task CheckSanity_LastLayersAreRandom_GuidedBackpropagationHardlyNotices()
    {
        var (_, checkpoints) = await CheckAsync(server, new CheckSanityRequest { Methods = { Guided, GradCam }, CheckpointCount = 10 });

        Assert.All(checkpoints.Take(3), checkpoint =>
        {
            var (guided, gradCam) = (checkpoint.Similarities[0], checkpoint.Similarities[1]);
            Assert.True(guided.StructuralSimilarity > 0.9 && guided.RankCorrelation > 0.9);
            Assert.True(gradCam.StructuralSimilarity < guided.StructuralSimilarity - 0.15);
            Assert.True(gradCam.RankCorrelation < guided.RankCorrelation - 0.4);
        });
        Assert.True(checkpoints[^1].Similarities[0].RankCorrelation < 0.5);
    }

    /// <summary>Its own server: the last bits of an answer depend on how many others are in its batch.</summary>
    [Fact]
    public async Task CheckSanity_ServedModel_AnswersToTheBitAsBefore()
    {
        var explain = new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            PredictionTopK = 1000,
            Layers = { "bn2", "blocks.4.2" },
            Methods = { GradCam, Guided },
        };
        await using var own = new RunningServer(options => options with { Instances = 1, Queue = options.Queue with { MaxBatch = 1, MaxDelay = TimeSpan.Zero } });
        await own.InitializeAsync();
        var check = new CheckSanityRequest { Methods = { GradCam }, CheckpointCount = 2, Seed = 3 };
        var before = await own.ExplainAsync(explain);
        var (_, first) = await CheckAsync(own, check);
        var after = await own.ExplainAsync(explain);
        var (_, second) = await CheckAsync(own, check);
        check.Seed = 4;
        var (_, third) = await CheckAsync(own, check);

        Assert.Equal(before.Prediction.Classes, after.Prediction.Classes);
        Assert.Equal(before.Maps.Select(map => map.Outputs[0].Raw.Data), after.Maps.Select(map => map.Outputs[0].Raw.Data));

        // Another copy is destroyed in the same way by the same seed.
        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
    }

    [Fact]
    public async Task CheckSanity_AnotherRuns_IsRefusedWithAHintUntilItsClientLeaves()
    {
        using var leaving = new CancellationTokenSource();
        using var running = server.Evidence.CheckSanity(Endless, cancellationToken: leaving.Token);

        // With the first message it has begun.
        Assert.True(await running.ResponseStream.MoveNext(Cancellation));
        var fault = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(server, new CheckSanityRequest()));
        await leaving.CancelAsync();

        Assert.Equal((StatusCode.ResourceExhausted, "CHECK_RUNNING"), (fault.StatusCode, fault.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Contains("another sanity check is running", fault.Status.Detail, StringComparison.Ordinal);
        Assert.True(fault.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        await Assert.ThrowsAsync<RpcException>(() => running.ReadAllAsync());
        var (subject, _) = await CheckWhenFreeAsync(new CheckSanityRequest { CheckpointCount = 1 });
        Assert.Equal(1, subject.CheckpointCount);
    }

    [Fact]
    public async Task CheckSanity_ServerStops_TheCheckEndsWithIt()
    {
        await using var own = new RunningServer(options => options with { DrainTimeout = TimeSpan.FromMilliseconds(1) });
        await own.InitializeAsync();
        using var running = own.Evidence.CheckSanity(Endless, cancellationToken: Cancellation);
        Assert.True(await running.ResponseStream.MoveNext(Cancellation));

        await own.StopAsync();

        await Assert.ThrowsAsync<RpcException>(() => running.ReadAllAsync());
    }

    public static TheoryData<string> BadRequestNames => [.. BadRequests.Keys];

    private static readonly Dictionary<string, (CheckSanityRequest Request, string[] Fields)> BadRequests = new(StringComparer.Ordinal)
    {
        ["no checkpoint"] = (new() { CheckpointCount = 0 }, ["checkpoint_count"]),
        ["101 checkpoints"] = (new() { CheckpointCount = 101 }, ["checkpoint_count"]),
        ["two classes"] = (new() { Target = new ClassTarget { TopK = 2 } }, ["target.top_k"]),
        ["no class"] = (new() { Target = new ClassTarget() }, ["target"]),
        ["everything"] = (
            new()
            {
                PredictionTopK = 5000,
                Target = new ClassTarget { ClassIndex = 1000 },
                Layer = "nowhere",
                Methods = { GradCam, GradCam, new ExplanationMethod() },
                CheckpointCount = -1,
            },
            ["prediction_top_k", "target.class_index", "layer", "methods[1]", "methods[2]", "checkpoint_count"]),
    };

    [Theory, MemberData(nameof(BadRequestNames))]
    public async Task CheckSanity_BadRequest_IsInvalidAndNamesTheFields(string name)
    {
        var (request, fields) = BadRequests[name];

        var fault = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(server, request));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(fields, fault.Fields());
    }

    [Fact]
    public async Task CheckSanity_UnknownLayerOrDamagedPhoto_LeavesTheTurnToOthers()
    {
        var layer = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(server, new CheckSanityRequest { Layer = "block.3.0" }));
        using var damaged = server.Evidence.CheckSanity(
            new CheckSanityRequest { Image = new Image { Encoded = Google.Protobuf.ByteString.CopyFromUtf8("Dear all") } }, cancellationToken: Cancellation);
        var photo = await Assert.ThrowsAsync<RpcException>(() => damaged.ReadAllAsync());
        var (_, checkpoints) = await CheckAsync(server, new CheckSanityRequest { CheckpointCount = 1 });

        Assert.Equal((StatusCode.NotFound, "layer"), (layer.StatusCode, Assert.Single(layer.Fields())));
        Assert.Equal((StatusCode.InvalidArgument, "image.encoded"), (photo.StatusCode, Assert.Single(photo.Fields())));
        Assert.Single(checkpoints);
    }

    [Fact]
    public async Task CommandLine_Json_HasARowForEachCheckpoint()
    {
        using var run = ProgramRun.CommandLine(
            "sanity", Photos.CatPath, "--class", "tiger cat", "--method", "grad-cam", "--method", "saliency", "--checkpoints", "2", "--json",
            "--server", server.Address.ToString());

        Assert.Equal(0, await run.EndAsync());
        var line = JsonNode.Parse(run.Output)!;
        Assert.Equal(TigerCat, (int?)line["subject"]!["score"]!["explainedClass"]!["classIndex"]);
        var checkpoints = line["checkpoints"]!.AsArray();
        Assert.Equal(2, checkpoints.Count);
        Assert.Equal(line["subject"]!["modules"]!.AsArray().Count, (int?)checkpoints[1]!["randomizedModuleCount"]);
        Assert.All(checkpoints, checkpoint => Assert.Equal(2, checkpoint!["similarities"]!.AsArray().Count));
    }

    [Fact]
    public async Task CommandLine_Table_NamesMethodsAndModules()
    {
        using var run = ProgramRun.CommandLine("sanity", Photos.CatPath, "--checkpoints", "1", "--server", server.Address.ToString());

        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("grad-cam", run.Output, StringComparison.Ordinal);
        Assert.Contains("conv_stem", run.Output, StringComparison.Ordinal);
    }

    internal static async Task<(SanitySubject Subject, IReadOnlyList<SanityCheckpoint> Checkpoints)> CheckAsync(
        RunningServer server, CheckSanityRequest request)
    {
        var asked = request.Clone();
        asked.Image = Photos.CatImage;
        using var call = server.Evidence.CheckSanity(asked, cancellationToken: Cancellation);
        var messages = await call.ReadAllAsync();
        return (messages[0].Subject, [.. messages.Skip(1).Select(message => message.Checkpoint)]);
    }

    /// <summary>The client learns that it has left before the server does.</summary>
    private async Task<(SanitySubject Subject, IReadOnlyList<SanityCheckpoint> Checkpoints)> CheckWhenFreeAsync(CheckSanityRequest request)
    {
        while (true)
        {
            try
            {
                return await CheckAsync(server, request);
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.ResourceExhausted)
            {
                Cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}

using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server of its own, whose cache nobody else fills.</summary>
public sealed class ActivationCacheTests : IAsyncLifetime
{
    /// <summary>What the head reads of a photo, C·h·w numbers of each layer, and 1000 logits.</summary>
    internal static readonly int PhotoBytes =
        4 * (EmbeddedModel.Read().Manifest.Captioning!.Sources.Sum(source => source.Channels * source.Positions) + 1000);

    private readonly RunningServer _server = new(options => options with { ActivationCacheBytes = 2 * PhotoBytes });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Explain_SamePhotoAgain_RunsNoPassAndAnswersTheSameBits()
    {
        var (first, maps) = await ExplainAsync(Photos.CatImage);
        var (second, again) = await ExplainAsync(Photos.CatImage);

        Assert.True(first.Timings.ForwardDuration.ToTimeSpan() > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, second.Timings.ForwardDuration.ToTimeSpan());
        Assert.Equal(first.Captions, second.Captions);
        Assert.Equal(maps.Count, again.Count);
        Assert.All(maps.Zip(again), pair =>
        {
            Assert.Equal(pair.First.Outputs[0].Raw.Data, pair.Second.Outputs[0].Raw.Data);
            Assert.Equal(pair.First.Provenance.Score, pair.Second.Provenance.Score);
        });
    }

    /// <summary>Two photos have room.</summary>
    [Fact]
    public async Task Caption_MorePhotosThanFit_ForgetsTheLeastRecentlyUsed()
    {
        foreach (var columns in (int[])[0, 1, 0, 2])
            await CaptionAsync(columns);

        Assert.Equal(TimeSpan.Zero, (await CaptionAsync(0)).Timings.ForwardDuration.ToTimeSpan());
        Assert.True((await CaptionAsync(1)).Timings.ForwardDuration.ToTimeSpan() > TimeSpan.Zero);
    }

    [Fact]
    public async Task Caption_SamePhotoManyTimesAtOnce_SaysTheSameAfterOnePass()
    {
        var captions = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => CaptionAsync(0)));

        Assert.All(captions, caption => Assert.Equal(captions[0].Captions, caption.Captions));
        Assert.Single(captions, caption => caption.Timings.ForwardDuration.ToTimeSpan() > TimeSpan.Zero);
    }

    /// <summary>A call that leaves early keeps nothing wrong: the next one of the photo is answered as ever.</summary>
    [Fact]
    public async Task Caption_AfterACallThatLeft_IsAnswered()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var left = _server.Captioning.CaptionAsync(new CaptionRequest { Image = Photos.CatImage }, cancellationToken: leaving.Token);
        await leaving.CancelAsync();
        var fault = await Record.ExceptionAsync(async () => await left);
        Assert.True(fault is null or RpcException { StatusCode: StatusCode.Cancelled });

        var after = await CaptionAsync(0);

        await using var fresh = new RunningServer(options => options with { ActivationCacheBytes = 0 });
        await fresh.InitializeAsync();
        var expected = (await fresh.Captioning.CaptionAsync(new CaptionRequest { Image = Photos.CatCut(0) }, cancellationToken: Cancellation)).Prediction;
        Assert.Equal(expected.Captions.Select(caption => caption.Text), after.Captions.Select(caption => caption.Text));
    }

    [Fact]
    public async Task Caption_NoCache_RunsAPassEachTime()
    {
        await using var server = new RunningServer(options => options with { ActivationCacheBytes = 0 });
        await server.InitializeAsync();
        for (var turn = 0; turn < 2; turn++)
        {
            var answer = await server.Captioning.CaptionAsync(new CaptionRequest { Image = Photos.CatImage }, cancellationToken: Cancellation);
            Assert.True(answer.Prediction.Timings.ForwardDuration.ToTimeSpan() > TimeSpan.Zero);
        }
    }

    private async Task<CaptionPrediction> CaptionAsync(int cutColumns) => (await _server.Captioning.CaptionAsync(
        new CaptionRequest { Image = Photos.CatCut(cutColumns) }, cancellationToken: Cancellation)).Prediction;

    private async Task<(CaptionPrediction Prediction, List<SaliencyMap> Maps)> ExplainAsync(Image image)
    {
        using var call = _server.Captioning.Explain(new CaptioningServiceExplainRequest { Image = image }, cancellationToken: Cancellation);
        CaptionPrediction? prediction = null;
        var maps = new List<SaliencyMap>();
        await foreach (var message in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            prediction ??= message.Prediction;
            if (message.Map is { } map)
                maps.Add(map);
        }
        return (prediction!, maps);
    }
}

using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server with three networks of its model, and one with a single one.</summary>
public sealed class InstancesTests(RunningServer one) : IAsyncLifetime
{
    private const int Callers = 24;

    /// <summary>Of a map's largest value: batches are formed in another way.</summary>
    private const float Close = 1e-4f;

    private readonly RunningServer _several = new(options => options with { Instances = 3, ActivationCacheBytes = 0 });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _several.InitializeAsync();

    public async ValueTask DisposeAsync() => await _several.DisposeAsync();

    [Fact]
    public async Task Explain_ThreeInstances_EveryCallerHasTheAnswerOfOne()
    {
        var request = new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new ClassTarget { TopK = 2 } },
            Methods = { Calls.Method("grad_cam"), Calls.Method("guided_backpropagation") },
        };
        var expected = await one.ExplainAsync(request);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => _several.ExplainAsync(request)));

        Assert.All(answers, answer =>
        {
            Assert.Equal(expected.Prediction.Classes.Select(ranked => ranked.Label), answer.Prediction.Classes.Select(ranked => ranked.Label));
            Assert.Equal(expected.Maps.Count, answer.Maps.Count);
            Assert.All(expected.Maps.Zip(answer.Maps), pair => AssertSame(pair.First.Outputs[0].Raw.Floats(), pair.Second.Outputs[0].Raw.Floats()));
        });
    }

    /// <summary>The heads are one for all instances, and asked by three threads at a time.</summary>
    [Fact]
    public async Task Caption_ThreeInstances_EveryCallerHasTheCaptionOfOne()
    {
        var request = new CaptioningServiceExplainRequest { Image = Photos.CatImage };
        var expected = await ReadAsync(one);

        var captions = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => ReadAsync(_several)));

        Assert.All(captions, caption =>
        {
            Assert.Equal(expected.Text, caption.Text);
            Assert.Equal(expected.Maps.Count, caption.Maps.Count);
            Assert.All(expected.Maps.Zip(caption.Maps), pair => AssertSame(pair.First, pair.Second));
        });

        async Task<(string Text, IReadOnlyList<float[]> Maps)> ReadAsync(RunningServer server)
        {
            using var call = server.Captioning.Explain(request, cancellationToken: Cancellation);
            var parts = await call.ReadAllAsync();
            return (parts[0].Prediction.Captions[0].Text, [.. parts.Select(part => part.Map).OfType<SaliencyMap>().Select(map => map.Outputs[0].Raw.Floats())]);
        }
    }

    private static void AssertSame(float[] expected, float[] actual)
    {
        var tolerance = Close * expected.Max(Math.Abs);
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
    }
}

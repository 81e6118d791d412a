using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests;

public sealed class RowGroupTests
{
    private static readonly HeadShape Shape = new(Width: 8, AttentionHeads: 2, Layers: 1, MaxWords: 3);

    [Fact]
    public void Fail_SeveralRows_EveryRequestFailsAndBuffersGoBack()
    {
        InferenceRequest[] requests = [new(CancellationToken.None), new(CancellationToken.None), new(CancellationToken.None)];
        InferenceRow[] rows = [new(Input(), [requests[0]]), new(Input(), [requests[1], requests[2]])];

        new RowGroup(rows, deadline: null, CancellationToken.None).Fail(new InvalidOperationException("no outputs"));

        Assert.All(requests, request => Assert.Equal("no outputs", request.Prediction.Exception!.InnerException!.Message));
        Assert.All(rows, row => Assert.Throws<ObjectDisposedException>(() => row.Input.Values.Length));
    }

    /// <summary>A pass keeps once what several observe, and what each of them does.</summary>
    [Fact]
    public void Query_SeveralRequests_IsWhatAnyOfThemNeeds()
    {
        using var first = new CaptionHead([new HeadSource("a", 2, 2, 2), new HeadSource("b", 2, 2, 2)], words: 6, Shape);
        using var second = new CaptionHead([new HeadSource("c", 2, 2, 2), new HeadSource("a", 2, 2, 2)], words: 6, Shape);
        var cut = new CutLayer("d", 2, 2, 2);
        var target = new TargetChoice.Top(3, ScoreChoice.Logit);
        using var input = Input();

        var query = new InferenceRow(
            input,
            [
                new SilentRequest(new HeadLayers(first)),
                new ExplanationRequest([cut], [target], [new Explain.Methods.GradCam()], CancellationToken.None),
                new SilentRequest(new HeadLayers(second)),
            ]).Query;

        Assert.Equal(["a", "b", "c"], query.Observed.Select(layer => layer.Name));
        Assert.Equal((cut, 3), (Assert.Single(query.Layers), query.TargetCount));
    }

    private static ModelInput Input()
    {
        using var photo = new PixelBuffer(8, 8);
        return new Preprocessor(new PreprocessingSpec(null, 8, 8, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1])).Prepare(photo);
    }

    private sealed class SilentRequest(HeadLayers layers) : HeadRequest<string>(layers, CancellationToken.None)
    {
        public override void Run(InspectedPhoto photo) => throw new NotSupportedException();
    }
}

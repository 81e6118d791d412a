using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests;

public sealed class InferenceRequestTests
{
    private static readonly ForwardResult Result = new([1, 2], TimeSpan.Zero, TimeSpan.Zero, BatchSize: 1);

    [Fact]
    public async Task Fail_AfterThePrediction_LeavesItAndNobodyWaitsForMore()
    {
        var request = Request(CancellationToken.None);
        request.Predicted(Result);
        Assert.True(request.IsWaiting);

        request.Fail(new InvalidOperationException("no map"));

        Assert.False(request.IsWaiting);
        Assert.Same(Result, await request.Prediction);
    }

    [Fact]
    public void Fail_BeforeThePrediction_IsWhatThePredictionFailsWith()
    {
        var request = Request(CancellationToken.None);

        request.Fail(new InvalidOperationException("no outputs"));
        request.Predicted(Result);

        Assert.False(request.IsWaiting);
        Assert.Equal("no outputs", request.Prediction.Exception!.InnerException!.Message);
    }

    [Fact]
    public void IsWaiting_ClientHasLeft_IsFalse()
    {
        using var leaving = new CancellationTokenSource();
        var request = Request(leaving.Token);

        leaving.Cancel();

        Assert.False(request.IsWaiting);
    }

    private static InferenceRequest Request(CancellationToken cancellation)
    {
        using var photo = new PixelBuffer(8, 8);
        var preprocessor = new Preprocessor(new PreprocessingSpec(null, 8, 8, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1]));
        return new InferenceRequest(preprocessor.Prepare(photo), deadline: null, cancellation);
    }
}

using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A model without heads beside one with a captioning head.</summary>
public sealed class HeadlessModelTests(TwoModels models) : IClassFixture<TwoModels>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Caption_ModelWithoutAHead_IsRefusedAndTheOtherOneCaptions()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await models.Server.Captioning.CaptionAsync(
            new CaptionRequest { Model = ModelFolders.Whole, Image = Photos.CatImage }, cancellationToken: Cancellation));
        var answer = await models.Server.Captioning.CaptionAsync(
            new CaptionRequest { Model = ModelFolders.Cropped, Image = Photos.CatImage }, cancellationToken: Cancellation);

        Assert.Equal((StatusCode.InvalidArgument, "model"), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains("no captioning head", fault.Status.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(answer.Prediction.Captions);
    }

    [Fact]
    public async Task GetModel_ModelWithoutAHead_DoesNotCaption()
    {
        var model = (await models.Server.Models.GetModelAsync(new GetModelRequest { Name = ModelFolders.Whole }, cancellationToken: Cancellation)).Model;

        Assert.Null(model.Captioning);
        Assert.Equal([ModelTask.Classification], model.Tasks);
    }
}

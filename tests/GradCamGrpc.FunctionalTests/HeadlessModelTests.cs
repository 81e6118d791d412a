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
    public async Task Vqa_ModelWithoutAHead_IsRefused()
    {
        var question = new VqaQuestion { Text = "what is it" };
        using var call = models.Server.Vqa.Explain(
            new VqaServiceExplainRequest { Model = ModelFolders.Whole, Image = Photos.CatImage, Questions = { question } },
            cancellationToken: Cancellation);
        var answer = models.Server.Vqa.AnswerAsync(
            new AnswerRequest { Model = ModelFolders.Whole, Image = Photos.CatImage, Questions = { "what is it" } }, cancellationToken: Cancellation);

        RpcException[] faults =
        [
            await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync()),
            await Assert.ThrowsAsync<RpcException>(async () => await answer),
        ];

        Assert.All(faults, fault => Assert.Equal((StatusCode.InvalidArgument, "model"), (fault.StatusCode, Assert.Single(fault.Fields()))));
        Assert.All(faults, fault => Assert.Contains("no answering head", fault.Status.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetModel_ModelWithoutAHead_DoesNotCaption()
    {
        var model = (await models.Server.Models.GetModelAsync(new GetModelRequest { Name = ModelFolders.Whole }, cancellationToken: Cancellation)).Model;

        Assert.Null(model.Captioning);
        Assert.Null(model.Answering);
        Assert.Equal([ModelTask.Classification], model.Tasks);
    }
}

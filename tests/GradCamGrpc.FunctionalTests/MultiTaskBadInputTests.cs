using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

public sealed class MultiTaskBadInputTests(RunningServer server)
{
    private static readonly Dictionary<string, (MultiTaskServiceExplainRequest Request, StatusCode Status, string Says)> BadRequests = new(StringComparer.Ordinal)
    {
        ["classification"] = (new(), StatusCode.InvalidArgument, "a classification, a captioning or a vqa is needed"),
        ["model"] = (new() { Model = "resnet", Vqa = Asking("what is it") }, StatusCode.NotFound, "no model"),
        ["classification.model"] = (new() { Classification = new() { Model = "embedded" } }, StatusCode.InvalidArgument, "of the whole request"),
        ["captioning.model"] = (new() { Captioning = new() { Model = "embedded" } }, StatusCode.InvalidArgument, "of the whole request"),
        ["vqa.image"] = (new() { Vqa = WithImage(Asking("what is it")) }, StatusCode.InvalidArgument, "of the whole request"),
        ["classification.targets[0].label"] =
            (new() { Classification = new() { Targets = { new ClassTarget { Label = "xqzzt" } } } }, StatusCode.NotFound, "no label"),
        ["classification.layers[0]"] = (new() { Classification = new() { Layers = { "nothing" } } }, StatusCode.NotFound, "no layer"),
        ["captioning.targets[0].word_position"] =
            (new() { Captioning = new() { Text = "a dog", Targets = { new CaptionTarget { WordPosition = 2 } } } }, StatusCode.InvalidArgument, "the caption has 2 words"),
        ["captioning.decoding.beam_search.beam_count"] =
            (new() { Captioning = new() { Decoding = new() { BeamSearch = new() { BeamCount = 17 } } } }, StatusCode.InvalidArgument, "17 is not from 1 to 16"),
        ["vqa.questions"] = (new() { Vqa = new() }, StatusCode.InvalidArgument, "1 to 32 are needed"),
        ["vqa.questions[1].text"] = (new() { Vqa = Asking("what is it", "?!") }, StatusCode.InvalidArgument, "no word"),
        ["share_view"] = (new() { Classification = new(), ShareView = true }, StatusCode.InvalidArgument, "are needed to share one"),
        ["share_view heads"] = (new() { Captioning = new(), Vqa = Asking("what is it"), ShareView = true }, StatusCode.InvalidArgument, "are needed to share one"),
    };

    public static TheoryData<string> Requests => [.. BadRequests.Keys];

    [Theory, MemberData(nameof(Requests))]
    public async Task Explain_BadRequest_NamesItsField(string name)
    {
        var (request, status, says) = BadRequests[name];
        request.Image = Photos.CatImage;

        var fault = await FailAsync(server, request);

        Assert.Equal((status, name.Split(' ')[0]), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains(says, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_EveryPartIsBad_AllFaultsAreListedByTheirPart()
    {
        var fault = await FailAsync(server, new MultiTaskServiceExplainRequest
        {
            Classification = new ClassificationServiceExplainRequest { Targets = { new ClassTarget { ClassIndex = -1 } }, Outputs = { new MapOutput() } },
            Captioning = new CaptioningServiceExplainRequest { Image = Photos.CatImage, Text = "a xqzzt" },
            Vqa = new VqaServiceExplainRequest { PredictionTopK = 0, Questions = { new VqaQuestion { Text = "" } } },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(
            [
                "image", "classification.targets[0].class_index", "classification.outputs[0]", "captioning.image", "captioning.text", "vqa.questions[0].text",
                "vqa.prediction_top_k",
            ],
            fault.Fields());
    }

    [Fact]
    public async Task Explain_MapsDoNotFitTheirMessage_IsToldOfEachPart()
    {
        MapOutput huge = new() { Raw = new RawMapOutput { Grid = MapGrid.Image } };
        var fault = await FailAsync(server, new MultiTaskServiceExplainRequest
        {
            Image = new Image { Encoded = Google.Protobuf.ByteString.CopyFrom(Photos.Grey(5000, 5000)) },
            Classification = new ClassificationServiceExplainRequest { Outputs = { huge } },
            Vqa = new VqaServiceExplainRequest { Questions = { new VqaQuestion { Text = "what is it" } }, Outputs = { huge } },
        });

        Assert.Equal((StatusCode.InvalidArgument, "classification.outputs, vqa.outputs"), (fault.StatusCode, string.Join(", ", fault.Fields())));
    }

    [Fact]
    public async Task Explain_ModelWithoutHeads_NamesThePartsThatItCannotAnswer()
    {
        await using var models = new TwoModels();
        await models.InitializeAsync();

        var fault = await FailAsync(models.Server, new MultiTaskServiceExplainRequest
        {
            Model = ModelFolders.Whole,
            Image = Photos.CatImage,
            Classification = new ClassificationServiceExplainRequest(),
            Captioning = new CaptioningServiceExplainRequest(),
            Vqa = Asking("what is it"),
        });

        Assert.Equal((StatusCode.InvalidArgument, "captioning, vqa"), (fault.StatusCode, string.Join(", ", fault.Fields())));
        Assert.Contains("no captioning head", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_PhotoIsNone_NamesItsField()
    {
        var fault = await FailAsync(server, new MultiTaskServiceExplainRequest
        {
            Image = new Image { Encoded = Google.Protobuf.ByteString.CopyFromUtf8("no photo") },
            Captioning = new CaptioningServiceExplainRequest(),
        });

        Assert.Equal((StatusCode.InvalidArgument, "image.encoded"), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    private static VqaServiceExplainRequest Asking(params string[] questions) =>
        new() { Questions = { questions.Select(text => new VqaQuestion { Text = text }) } };

    private static VqaServiceExplainRequest WithImage(VqaServiceExplainRequest request)
    {
        request.Image = Photos.CatImage;
        return request;
    }

    private static async Task<RpcException> FailAsync(RunningServer server, MultiTaskServiceExplainRequest request)
    {
        using var call = server.MultiTask.Explain(request, cancellationToken: TestContext.Current.CancellationToken);
        return await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());
    }
}

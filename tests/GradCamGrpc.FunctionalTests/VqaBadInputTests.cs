using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

public sealed class VqaBadInputTests(AnsweringServer answering) : IClassFixture<AnsweringServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Half a million gaps.</summary>
    private static readonly string Huge = string.Concat(Enumerable.Repeat("a_", 500_000));

    private static readonly Dictionary<string, (string Text, string Says)> BadTexts = new(StringComparer.Ordinal)
    {
        ["empty"] = ("", "no word"),
        ["without words"] = ("?! ...", "no word"),
        ["too many words"] = ("what is the the the the the the cat", "9 words, more than 8"),
        ["huge"] = (new string('x', 10_000), "10000 characters, more than 1000"),
    };

    private static readonly Dictionary<string, (AnswerRequest Request, StatusCode Status, string Says)> BadAnswers = new(StringComparer.Ordinal)
    {
        ["questions"] = (new(), StatusCode.InvalidArgument, "there are 0; 1 to 32 are needed"),
        ["questions many"] = (new() { Questions = { Enumerable.Repeat("what is it", 33) } }, StatusCode.InvalidArgument, "there are 33"),
        ["prediction_top_k"] = (new() { Questions = { "what" }, PredictionTopK = 0 }, StatusCode.InvalidArgument, "0 is not from 1 to 7"),
        ["prediction_top_k many"] = (new() { Questions = { "what" }, PredictionTopK = 8 }, StatusCode.InvalidArgument, "8 is not from 1 to 7"),
        ["model"] = (new() { Questions = { "what" }, Model = "resnet" }, StatusCode.NotFound, "no model"),
    };

    private static readonly Dictionary<string, (VqaServiceExplainRequest Request, StatusCode Status, string Says)> BadQuestions = new(StringComparer.Ordinal)
    {
        ["questions"] = (new(), StatusCode.InvalidArgument, "there are 0; 1 to 32 are needed"),
        ["prediction_top_k"] = (With(request => request.PredictionTopK = 8), StatusCode.InvalidArgument, "8 is not from 1 to 7"),
        ["questions[0].targets[0]"] = (Asking(new AnswerTarget()), StatusCode.InvalidArgument, "is needed"),
        ["questions[0].targets[0].answer"] = (
            Asking(new AnswerTarget { Answer = "garbage_bim" }),
            StatusCode.NotFound,
            "the answer 'garbage_bim' is not known; close to it: garbage_bin; "),
        ["questions[0].targets[0].answer empty"] = (Asking(new AnswerTarget { Answer = " " }), StatusCode.InvalidArgument, "it is empty"),
        ["questions[0].targets[0].answer huge"] =
            (Asking(new AnswerTarget { Answer = Huge }), StatusCode.InvalidArgument, "1000000 characters, more than 1000"),
        ["questions[0].targets[0].contrast huge"] =
            (Asking(new AnswerTarget { Answer = "red", Contrast = Huge }), StatusCode.InvalidArgument, "1000000 characters, more than 1000"),
        ["questions[0].targets[0].top_k"] = (Asking(new AnswerTarget { TopK = 0 }), StatusCode.InvalidArgument, "0 is not from 1 to 7"),
        ["questions[0].targets[0].top_k many"] = (Asking(new AnswerTarget { TopK = 8 }), StatusCode.InvalidArgument, "8 is not from 1 to 7"),
        ["questions[0].targets[0].score_kind"] =
            (Asking(new AnswerTarget { Answer = "red", ScoreKind = (ScoreKind)77 }), StatusCode.InvalidArgument, "77 is not a known"),
        ["questions[0].targets[0].contrast"] =
            (Asking(new AnswerTarget { Answer = "red", Contrast = "RED" }), StatusCode.InvalidArgument, "with itself"),
        ["questions[0].targets[0].contrast unknown"] =
            (Asking(new AnswerTarget { Answer = "red", Contrast = "bleu" }), StatusCode.NotFound, "'bleu' is not known; close to it: blue; "),
        ["questions[0].targets[0].contrast top_k"] =
            (Asking(new AnswerTarget { TopK = 1, Contrast = "red" }), StatusCode.InvalidArgument, "a contrast needs an answer"),
        ["questions[0].targets[0].contrast counterfactual"] = (
            Asking(new AnswerTarget { Answer = "red", Contrast = "blue", ScoreKind = ScoreKind.Counterfactual }),
            StatusCode.InvalidArgument,
            "only logits and log-probabilities are contrasted"),
        ["questions[0].targets[0].contrast probability"] = (
            Asking(new AnswerTarget { Answer = "red", Contrast = "blue", ScoreKind = ScoreKind.Probability }),
            StatusCode.InvalidArgument,
            "only logits and log-probabilities are contrasted"),
        ["questions[0].targets"] =
            (Asking([.. Enumerable.Repeat(new AnswerTarget { TopK = 1 }, 65)]), StatusCode.InvalidArgument, "65 targets are more than 64"),
        ["layers[0]"] =
            (With(request => request.Layers.Add("blocks.2.1")), StatusCode.InvalidArgument, "the answering head does not read 'blocks.2.1'"),
        ["layers[0] unknown"] = (With(request => request.Layers.Add("block.4.2")), StatusCode.NotFound, "no layer"),
        ["layers[1]"] = (With(request => request.Layers.Add(["bn2", "bn2"])), StatusCode.InvalidArgument, "named twice"),
        ["layer_fusion"] = (
            With(request =>
            {
                request.Layers.Add("bn2");
                request.LayerFusion = LayerFusion.Maximum;
            }),
            StatusCode.InvalidArgument,
            "2 layers or more"),
        ["methods[0]"] = (
            With(request => request.Methods.Add(new ExplanationMethod { ScoreCam = new ScoreCam() })),
            StatusCode.InvalidArgument,
            "cannot explain an answer"),
        ["questions maps"] = (
            ManyMaps(wordsLeftOut: false),
            StatusCode.InvalidArgument,
            "160 scores at 2 layers by 1 methods are 320 maps; a request may ask for 256"),
        ["questions words"] = (ManyMaps(wordsLeftOut: true), StatusCode.InvalidArgument, "160 scores at 2 layers by 1 methods are 320 maps"),
        ["outputs[0]"] = (With(request => request.Outputs.Add(new MapOutput())), StatusCode.InvalidArgument, "is needed"),
        ["model"] = (With(request => request.Model = "resnet"), StatusCode.NotFound, "no model"),
    };

    public static TheoryData<string> Texts => [.. BadTexts.Keys];

    public static TheoryData<string> Answers => [.. BadAnswers.Keys];

    public static TheoryData<string> Questions => [.. BadQuestions.Keys];

    [Theory, MemberData(nameof(Texts))]
    public async Task Any_BadQuestion_NamesItsField(string name)
    {
        var (text, says) = BadTexts[name];

        var unary = await FailAsync(new AnswerRequest { Image = Photos.CatImage, Questions = { "what", text } });
        var stream = await FailAsync(new VqaServiceExplainRequest
        {
            Image = Photos.CatImage,
            Questions = { new VqaQuestion { Text = "what" }, new VqaQuestion { Text = text } },
        });

        Assert.Equal((StatusCode.InvalidArgument, "questions[1]"), (unary.StatusCode, Assert.Single(unary.Fields())));
        Assert.Equal((StatusCode.InvalidArgument, "questions[1].text"), (stream.StatusCode, Assert.Single(stream.Fields())));
        Assert.Contains(says, unary.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(says, stream.Status.Detail, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Answers))]
    public async Task Answer_BadRequest_NamesItsField(string name)
    {
        var (request, status, says) = BadAnswers[name];
        request.Image = Photos.CatImage;

        var fault = await FailAsync(request);

        Assert.Equal((status, name.Split(' ')[0]), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains(says, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Questions))]
    public async Task Explain_BadRequest_NamesItsField(string name)
    {
        var (request, status, says) = BadQuestions[name];
        request.Image = Photos.CatImage;

        var fault = await FailAsync(request);

        Assert.Equal((status, name.Split(' ')[0]), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains(says, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_SeveralFaults_AllAreListed()
    {
        var fault = await FailAsync(new VqaServiceExplainRequest
        {
            Questions =
            {
                new VqaQuestion { Text = "", Targets = { new AnswerTarget { Answer = "nothing" } } },
                new VqaQuestion { Text = "what", Targets = { new AnswerTarget { TopK = 1 }, new AnswerTarget { TopK = 99 } } },
            },
            PredictionTopK = 100,
            Layers = { "nothing" },
        });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(
            ["image", "questions[0].text", "questions[0].targets[0].answer", "questions[1].targets[1].top_k", "prediction_top_k", "layers[0]"], fault.Fields());
    }

    [Fact]
    public async Task Answer_PhotoIsNone_NamesItsField()
    {
        var fault = await FailAsync(new AnswerRequest
        {
            Image = new Image { Encoded = Google.Protobuf.ByteString.CopyFromUtf8("no photo") },
            Questions = { "what" },
        });

        Assert.Equal((StatusCode.InvalidArgument, "image.encoded"), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    private static VqaServiceExplainRequest Asking(params AnswerTarget[] targets) =>
        new() { Questions = { new VqaQuestion { Text = "what color is it", Targets = { targets } } } };

    private static VqaServiceExplainRequest With(Action<VqaServiceExplainRequest> change)
    {
        var request = Asking();
        change(request);
        return request;
    }

    /// <summary>160 scores: 32 questions by 5 answers, or 32 of four words by one answer with each word left out.</summary>
    private static VqaServiceExplainRequest ManyMaps(bool wordsLeftOut) => new()
    {
        Questions =
        {
            Enumerable.Repeat(new VqaQuestion { Text = "where is the cat", Targets = { new AnswerTarget { TopK = wordsLeftOut ? 1 : 5 } } }, 32),
        },
        LeaveWordsOut = wordsLeftOut,
    };

    private async Task<RpcException> FailAsync(AnswerRequest request) =>
        await Assert.ThrowsAsync<RpcException>(async () => await answering.Server.Vqa.AnswerAsync(request, cancellationToken: Cancellation));

    private async Task<RpcException> FailAsync(VqaServiceExplainRequest request)
    {
        using var call = answering.Server.Vqa.Explain(request, cancellationToken: Cancellation);
        return await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());
    }
}

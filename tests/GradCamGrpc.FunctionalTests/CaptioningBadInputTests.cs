using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

public sealed class CaptioningBadInputTests(RunningServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Half a million words.</summary>
    private static readonly string Huge = string.Concat(Enumerable.Repeat("a ", 500_000));

    private static readonly Dictionary<string, (CaptionDecoding Decoding, StatusCode Status, string Says)> BadDecodings = new(StringComparer.Ordinal)
    {
        ["beam_search.beam_count"] = (new() { BeamSearch = new() { BeamCount = 0 } }, StatusCode.InvalidArgument, "0 is not from 1 to 16"),
        ["beam_search.beam_count many"] = (new() { BeamSearch = new() { BeamCount = 1000 } }, StatusCode.InvalidArgument, "1000 is not from 1 to 16"),
        ["beam_search.length_penalty"] = (new() { BeamSearch = new() { LengthPenalty = -1 } }, StatusCode.InvalidArgument, "-1 is not"),
        ["beam_search.length_penalty nan"] = (new() { BeamSearch = new() { LengthPenalty = double.NaN } }, StatusCode.InvalidArgument, "NaN is not"),
        ["nucleus_sampling.top_p"] = (new() { NucleusSampling = new() { TopP = 0 } }, StatusCode.InvalidArgument, "0 is not from 0.01 to 1"),
        ["nucleus_sampling.temperature"] = (new() { NucleusSampling = new() { Temperature = 0 } }, StatusCode.InvalidArgument, "0 is not from 0.1 to 10"),
        ["max_words"] = (new() { MaxWords = 500 }, StatusCode.InvalidArgument, "500 is not from 1 to 20"),
        ["max_words none"] = (new() { MaxWords = 0 }, StatusCode.InvalidArgument, "0 is not from 1 to 20"),
        ["min_words"] = (new() { MinWords = 6, MaxWords = 5 }, StatusCode.InvalidArgument, "6 is not from 1 to 5"),
        ["prefix"] = (new() { Prefix = "a dogg is" }, StatusCode.NotFound, "'dogg' is not known; close to it: dog; "),
        ["prefix none"] = (new() { Prefix = "..." }, StatusCode.InvalidArgument, "no word"),
        ["prefix long"] = (new() { Prefix = "a dog is running", MaxWords = 3 }, StatusCode.InvalidArgument, "4 words, more than 3"),
        ["banned_words"] = (new() { BannedWords = { Enumerable.Repeat("a", 10_001) } }, StatusCode.InvalidArgument, "10001 words are more than 10000"),
        ["banned_words[1]"] = (new() { BannedWords = { "xqzzt", "" } }, StatusCode.InvalidArgument, "'' is 0"),
        ["prefix huge"] = (new() { Prefix = Huge }, StatusCode.InvalidArgument, "1000000 characters, more than 1000"),
        ["banned_words[1] huge"] = (new() { BannedWords = { "dog", Huge } }, StatusCode.InvalidArgument, "1000000 characters, more than 100"),
        ["banned_words[0]"] = (new() { BannedWords = { "red dog" } }, StatusCode.InvalidArgument, "'red dog' is 2"),
    };

    private static readonly Dictionary<string, (CaptioningServiceExplainRequest Request, StatusCode Status, string Says)> BadQuestions = new(StringComparer.Ordinal)
    {
        ["text"] = (new() { Text = "" }, StatusCode.InvalidArgument, "no word"),
        ["text long"] = (new() { Text = string.Join(' ', Enumerable.Repeat("dog", 200)) }, StatusCode.InvalidArgument, "200 words, more than 20"),
        ["text unknown"] = (new() { Text = "a dog xqzzt" }, StatusCode.NotFound, "'xqzzt' is not known; close to it: "),
        ["text huge"] = (new() { Text = Huge }, StatusCode.InvalidArgument, "1000000 characters, more than 1000"),
        ["text huge word"] = (new() { Text = new string('x', 1000) }, StatusCode.NotFound, "is not known"),
        ["targets[0]"] = (Asking(new CaptionTarget()), StatusCode.InvalidArgument, "is needed"),
        ["targets[0].word_position"] = (Asking(new CaptionTarget { WordPosition = 4 }), StatusCode.InvalidArgument, "4 is not from 0 to 3: the caption has 4 words"),
        ["targets[0].word_position below"] = (Asking(new CaptionTarget { WordPosition = -1 }), StatusCode.InvalidArgument, "-1 is not from 0 to 3"),
        ["targets[0].word_position decoded"] =
            (new() { Targets = { new CaptionTarget { WordPosition = 20 } } }, StatusCode.InvalidArgument, "the caption has 20 words at most"),
        ["targets[0].span"] = (Asking(Span(2, 3)), StatusCode.InvalidArgument, "positions 2 to 4 are not from 0 to 3"),
        ["targets[0].span far"] = (Asking(Span(2, int.MaxValue)), StatusCode.InvalidArgument, "are not from 0 to 3"),
        ["targets[0].span.word_count"] = (Asking(Span(2, 0)), StatusCode.InvalidArgument, "0 is not 1 or more"),
        ["targets[0].alternative_word.word"] = (Asking(Alternative(1, "katt")), StatusCode.NotFound, "'katt' is not known"),
        ["targets[0].alternative_word.position"] = (Asking(Alternative(5, "cat")), StatusCode.InvalidArgument, "5 is not from 0 to 4"),
        ["targets[0].alternative_word.word huge"] =
            (Asking(Alternative(1, Huge)), StatusCode.InvalidArgument, "1000000 characters, more than 100"),
        ["targets[0].score_kind"] =
            (Asking(new CaptionTarget { WordPosition = 1, ScoreKind = ScoreKind.Probability }), StatusCode.InvalidArgument, "log-probability"),
        ["targets[0].score_kind unknown"] =
            (Asking(new CaptionTarget { WordPosition = 1, ScoreKind = (ScoreKind)77 }), StatusCode.InvalidArgument, "77 is not a known"),
        ["targets[0].contrast"] = (Asking(new CaptionTarget { WordPosition = 1, Contrast = "dog" }), StatusCode.InvalidArgument, "with itself"),
        ["targets[0].contrast huge"] =
            (Asking(new CaptionTarget { WordPosition = 1, Contrast = Huge }), StatusCode.InvalidArgument, "1000000 characters, more than 100"),
        ["targets[0].contrast alternative"] = (
            new() { Targets = { new CaptionTarget { AlternativeWord = new AlternativeWord { Word = "cat" }, Contrast = "CAT" } } },
            StatusCode.InvalidArgument,
            "with itself"),
        ["targets[0].contrast whole"] =
            (Asking(new CaptionTarget { WholeCaption = new WholeCaption(), Contrast = "cat" }), StatusCode.InvalidArgument, "one word alone"),
        ["targets[0].contrast counterfactual"] = (
            Asking(new CaptionTarget { WordPosition = 1, Contrast = "cat", ScoreKind = ScoreKind.Counterfactual }),
            StatusCode.InvalidArgument,
            "not contrasted"),
        ["targets[0].contrast unknown"] = (Asking(new CaptionTarget { WordPosition = 1, Contrast = "katt" }), StatusCode.NotFound, "'katt' is not known"),
        ["targets"] = (Asking([.. Enumerable.Repeat(new CaptionTarget { WordPosition = 1 }, 65)]), StatusCode.InvalidArgument, "65 targets are more than 64"),
        ["layers[0]"] = (new() { Layers = { "blocks.2.1" } }, StatusCode.InvalidArgument, "does not read 'blocks.2.1'; it reads bn2, blocks.4.2"),
        ["layers[0] unknown"] = (new() { Layers = { "block.4.2" } }, StatusCode.NotFound, "no layer"),
        ["layers[1]"] = (new() { Layers = { "bn2", "bn2" } }, StatusCode.InvalidArgument, "named twice"),
        ["layer_fusion"] = (new() { Layers = { "bn2" }, LayerFusion = LayerFusion.Mean }, StatusCode.InvalidArgument, "2 layers or more"),
        ["methods[0]"] = (new() { Methods = { new ExplanationMethod { Saliency = new Saliency() } } }, StatusCode.InvalidArgument, "cannot explain a caption"),
        ["methods[0] cam"] = (new() { Methods = { new ExplanationMethod { Cam = new Cam() } } }, StatusCode.InvalidArgument, "'bn2' is none"),
        ["methods[0] augmented"] = (
            new() { Methods = { new ExplanationMethod { GradCam = new GradCam(), AugmentationSmoothing = new AugmentationSmoothing() } } },
            StatusCode.InvalidArgument,
            "cannot explain a caption"),
        ["targets maps"] = (ManyMaps(), StatusCode.InvalidArgument, "20 scores at 2 layers by 7 methods are 280 maps; a request may ask for 256"),
        ["outputs[0]"] = (new() { Outputs = { new MapOutput() } }, StatusCode.InvalidArgument, "is needed"),
        ["decoding.max_words"] = (new() { Decoding = new() { MaxWords = 21 } }, StatusCode.InvalidArgument, "21 is not from 1 to 20"),
        ["model"] = (new() { Model = "resnet" }, StatusCode.NotFound, "no model"),
    };

    public static TheoryData<string> Decodings => [.. BadDecodings.Keys];

    public static TheoryData<string> Questions => [.. BadQuestions.Keys];

    [Theory, MemberData(nameof(Decodings))]
    public async Task Caption_BadDecoding_NamesItsField(string name)
    {
        var (decoding, status, says) = BadDecodings[name];

        var fault = await FailAsync(new CaptionRequest { Image = Photos.CatImage, Decoding = decoding });

        Assert.Equal((status, $"decoding.{Field(name)}"), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains(says, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Questions))]
    public async Task Explain_BadQuestion_NamesItsField(string name)
    {
        var (request, status, says) = BadQuestions[name];
        request.Image = Photos.CatImage;
        using var call = server.Captioning.Explain(request, cancellationToken: Cancellation);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());

        Assert.Equal((status, Field(name)), (fault.StatusCode, Assert.Single(fault.Fields())));
        Assert.Contains(says, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caption_EveryWordBanned_IsRefusedUnlessThePrefixIsEnough()
    {
        var words = File.ReadAllLines(Path.Combine(EmbeddedModel.Path, EmbeddedModel.Read().Manifest.Captioning!.Vocabulary));

        var fault = await FailAsync(new CaptionRequest { Image = Photos.CatImage, Decoding = new CaptionDecoding { BannedWords = { words } } });
        var answer = await server.Captioning.CaptionAsync(
            new CaptionRequest { Image = Photos.CatImage, Decoding = new CaptionDecoding { BannedWords = { words }, Prefix = "a dog" } },
            cancellationToken: Cancellation);

        Assert.Equal(["decoding.banned_words"], fault.Fields());
        Assert.Equal("a dog", Assert.Single(answer.Prediction.Captions).Text);
    }

    [Fact]
    public async Task Explain_SeveralFaults_AllAreListed()
    {
        using var call = server.Captioning.Explain(
            new CaptioningServiceExplainRequest
            {
                Decoding = new CaptionDecoding { BeamSearch = new BeamSearch { BeamCount = 17 }, MaxWords = 99 },
                Targets = { new CaptionTarget { WordPosition = 0, Contrast = "katt" } },
                Layers = { "nothing" },
            },
            cancellationToken: Cancellation);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());

        Assert.Equal(["image", "decoding.max_words", "decoding.beam_search.beam_count", "targets[0].contrast", "layers[0]"], fault.Fields());
    }

    /// <summary>What a target can be told without the caption is told beside a fault of the caption's.</summary>
    [Fact]
    public async Task Explain_TextIsWrong_TargetsAreCheckedAllTheSame()
    {
        using var call = server.Captioning.Explain(
            new CaptioningServiceExplainRequest
            {
                Image = Photos.CatImage,
                Text = "a xqzzt",
                Targets =
                {
                    new CaptionTarget { WordPosition = -1 },
                    new CaptionTarget { AlternativeWord = new AlternativeWord { Position = 1, Word = "cat" }, Contrast = "cat" },
                    new CaptionTarget { WordPosition = 19 },
                    new CaptionTarget { WordPosition = 20 },
                },
            },
            cancellationToken: Cancellation);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());

        Assert.Equal(["text", "targets[0].word_position", "targets[1].contrast", "targets[3].word_position"], fault.Fields());
    }

    [Fact]
    public async Task Caption_NoPhoto_IsRefused()
    {
        var fault = await FailAsync(new CaptionRequest());

        Assert.Equal((StatusCode.InvalidArgument, "image"), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    private static string Field(string name) => name.Split(' ')[0];

    private static CaptioningServiceExplainRequest Asking(params CaptionTarget[] targets) => new() { Text = "a dog is running", Targets = { targets } };

    private static CaptionTarget Span(int first, int count) => new() { Span = new WordSpan { FirstPosition = first, WordCount = count } };

    private static CaptionTarget Alternative(int position, string word) =>
        new() { AlternativeWord = new AlternativeWord { Position = position, Word = word } };

    private static CaptioningServiceExplainRequest ManyMaps() => new()
    {
        Methods =
        {
            new ExplanationMethod { GradCam = new GradCam() },
            new ExplanationMethod { LayerCam = new LayerCam() },
            new ExplanationMethod { HiresCam = new HiResCam() },
            new ExplanationMethod { ElementWiseGradCam = new ElementWiseGradCam() },
            new ExplanationMethod { EigenCam = new EigenCam() },
            new ExplanationMethod { EigenGradCam = new EigenGradCam() },
            new ExplanationMethod { XgradCam = new XGradCam() },
        },
    };

    private async Task<RpcException> FailAsync(CaptionRequest request) =>
        await Assert.ThrowsAsync<RpcException>(async () => await server.Captioning.CaptionAsync(request, cancellationToken: Cancellation));
}

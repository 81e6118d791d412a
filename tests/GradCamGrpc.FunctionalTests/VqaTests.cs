using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Nothing here depends on what the head's weights say: they are random.</summary>
public sealed class VqaTests(AnsweringServer answering) : IClassFixture<AnsweringServer>
{
    /// <summary>Both are in single precision, one of several rows at once and one of one alone.</summary>
    private const double Close = 1e-4;

    private const string Color = "what color is the cat";
    private const string Where = "where is the dog";
    private const string Many = "how many";

    private static readonly string[] Texts = [Color, Where, Many];

    private static readonly string[] Named = ["red", "dog"];

    private static readonly string[] CamMethods =
        ["grad_cam", "layer_cam", "hires_cam", "element_wise_grad_cam", "eigen_cam", "eigen_grad_cam", "grad_cam_plus_plus", "xgrad_cam"];

    /// <summary>As the embedded model's other head sees photos.</summary>
    private static readonly HeadSource Finest = EmbeddedModel.Read().Manifest.Answering!.Sources.MaxBy(source => source.Positions)!;

    private static readonly PreprocessingManifest View = EmbeddedModel.Read().Manifest.Answering!.Preprocessing;

    private static readonly IReadOnlyList<HeadSource> Sources = EmbeddedModel.Read().Manifest.Captioning!.Sources;

    private readonly RunningServer _server = answering.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_EveryAnswerListed_AreRankedAndProbabilitiesAreTheSoftmax()
    {
        var prediction = await AnswerAsync(AnsweringServer.Answers.Count, Color);

        Assert.Equal(("embedded", 451, 300), (prediction.Model, prediction.ImageSize.Width, prediction.ImageSize.Height));
        Assert.Equal((0, 0, 451, 300), (prediction.Crop.X, prediction.Crop.Y, prediction.Crop.Width, prediction.Crop.Height));
        Assert.True(prediction.AnswerDuration.ToTimeSpan() > TimeSpan.Zero);
        var answers = Assert.Single(prediction.Questions).Answers;
        Assert.Equal(Enumerable.Range(0, AnsweringServer.Answers.Count), answers.Select(answer => answer.AnswerIndex).Order());
        Assert.All(answers, answer => Assert.Equal(AnsweringServer.Answers[answer.AnswerIndex], answer.Text));
        Assert.Equal(answers.Select(answer => answer.Logit).OrderDescending(), answers.Select(answer => answer.Logit));
        var sum = answers.Sum(answer => Math.Exp(answer.Logit));
        Assert.All(answers, answer => Assert.Equal(Math.Exp(answer.Logit) / sum, answer.Probability, 1e-6));
    }

    [Fact]
    public async Task Answer_UnknownWords_AreReadAsOneAndTold()
    {
        var prediction = await AnswerAsync(null, "What COLOUR is the zebra?", "what zebra is the colour");

        Assert.Equal(["what", "colour", "is", "the", "zebra"], prediction.Questions[0].Words.Select(word => word.Text));
        Assert.Equal([false, true, false, false, true], prediction.Questions[0].Words.Select(word => word.IsUnknown));
        Assert.Equal(5, prediction.Questions[0].Answers.Count);
        AssertSame(prediction.Questions[0], prediction.Questions[1]);
    }

    [Fact]
    public async Task Answer_QuestionsInAnotherOrder_PermutesTheAnswers()
    {
        var first = await AnswerAsync(7, Color, Where, Many);
        var second = await AnswerAsync(7, Many, Color, Where);

        AssertSame(first.Questions[0], second.Questions[1]);
        AssertSame(first.Questions[1], second.Questions[2]);
        AssertSame(first.Questions[2], second.Questions[0]);
        Assert.True(Math.Abs(first.Questions[0].Answers[0].Logit - first.Questions[1].Answers[0].Logit) > 100 * Close);
    }

    [Fact]
    public async Task Answer_AllAtOnce_EqualEachAlone()
    {
        var together = await AnswerAsync(7, Color, Where, Many);

        foreach (var (question, answers) in Texts.Zip(together.Questions))
            AssertSame((await AnswerAsync(7, question)).Questions[0], answers);
    }

    [Fact]
    public async Task Explain_NothingChosen_AnswersComeFirstThenAFusedMapOfEachLikeliestOne()
    {
        var answer = await ExplainAsync(Asking(new VqaQuestion { Text = Color }, new VqaQuestion { Text = Where }));
        var model = (await _server.Models.GetModelAsync(new GetModelRequest(), cancellationToken: Cancellation)).Model;

        Assert.Equal(VqaServiceExplainResponse.EventOneofCase.Prediction, answer.Messages[0].EventCase);
        Assert.Equal(3, answer.Messages.Count);
        Assert.Equal([0, 1], answer.Maps.Select(map => map.QuestionIndex));
        for (var i = 0; i < 2; i++)
        {
            var (best, map, origin) = (answer.Prediction.Questions[i].Answers[0], answer.Maps[i].Map, answer.Maps[i].Map.Provenance);
            Assert.Equal(0, map.TargetIndex);
            Assert.Equal((best.AnswerIndex, best.Text), (origin.Score.Answer.AnswerIndex, origin.Score.Answer.Text));
            Assert.Equal((Texts[i], ""), (origin.Score.Answer.Question, origin.Score.Answer.Contrast));
            Assert.Null(origin.Score.Answer.LeftOut);
            Assert.Equal(ScoreKind.LogProbability, origin.Score.Kind);
            Assert.Equal(Math.Log(best.Probability), origin.Score.Value, Close);
            Assert.Equal((LayerFusion.Mean, Finest.Width, Finest.Height), (origin.LayerFusion, origin.NativeSize.Width, origin.NativeSize.Height));
            Assert.Equal(model.Answering.Layers.Select(layer => layer.Name), origin.Layers);
            Assert.Equal((model.Answering.WeightsSha256, model.WeightsSha256), (origin.HeadWeightsSha256, origin.WeightsSha256));
            Assert.Equal(Finest.Positions, map.Outputs[0].Raw.Floats().Length);
        }
        Assert.NotEqual(answer.Maps[0].Map.Outputs[0].Raw.Data, answer.Maps[1].Map.Outputs[0].Raw.Data);
    }

    /// <summary>Each kind of target, by the logits and probabilities it is made of.</summary>
    [Fact]
    public async Task Explain_EveryKindOfTarget_HasTheScoreItNames()
    {
        var request = Asking(new VqaQuestion
        {
            Text = Color,
            Targets =
            {
                new AnswerTarget { Answer = "red", ScoreKind = ScoreKind.Logit },
                new AnswerTarget { Answer = "Red" },
                new AnswerTarget { Answer = "red", ScoreKind = ScoreKind.Probability },
                new AnswerTarget { Answer = "red", ScoreKind = ScoreKind.Counterfactual },
                new AnswerTarget { Answer = "red", Contrast = "Garbage  Bin" },
                new AnswerTarget { Answer = "garbage_bin", Contrast = "red", ScoreKind = ScoreKind.LogProbability },
                new AnswerTarget { TopK = 3, ScoreKind = ScoreKind.Logit },
                new AnswerTarget { Answer = " BLACK, white" },
            },
        });
        request.PredictionTopK = AnsweringServer.Answers.Count;
        var answer = await ExplainAsync(request);

        var answers = answer.Prediction.Questions.Single().Answers;
        var (red, bin) = (answers.Single(one => one.Text == "red"), answers.Single(one => one.Text == "garbage_bin"));
        var scores = answer.Maps.Select(map => map.Map.Provenance.Score).ToArray();
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 6, 6, 7], answer.Maps.Select(map => map.Map.TargetIndex));
        Assert.Equal(10, answer.Messages[0].MapCount);
        Assert.Equal(red.Logit, scores[0].Value, Close);
        Assert.Equal(Math.Log(red.Probability), scores[1].Value, Close);
        Assert.Equal(red.Probability, scores[2].Value, Close);
        Assert.Equal(-red.Logit, scores[3].Value, Close);
        Assert.Equal(red.Logit - bin.Logit, scores[4].Value, Close);
        Assert.Equal(bin.Logit - red.Logit, scores[5].Value, Close);
        Assert.Equal((ScoreKind.Logit, "garbage_bin"), (scores[4].Kind, scores[4].Answer.Contrast));
        Assert.Equal((ScoreKind.Logit, "red"), (scores[5].Kind, scores[5].Answer.Contrast));
        Assert.Equal(answers.Take(3).Select(one => one.AnswerIndex), scores[6..9].Select(score => score.Answer.AnswerIndex));
        Assert.All(answers.Take(3).Zip(scores[6..9]), pair => Assert.Equal(pair.First.Logit, pair.Second.Value, Close));
        Assert.Equal("black, white", scores[9].Answer.Text);
    }

    /// <summary>All scores are rows of one pass; a score alone is a pass of its own.</summary>
    [Fact]
    public async Task Explain_AllScoresAtOnce_EqualEachAlone()
    {
        VqaQuestion[] questions =
        [
            .. from text in Texts
               from answer in Named
               select new VqaQuestion { Text = text, Targets = { new AnswerTarget { Answer = answer } } },
        ];
        var together = await ExplainAsync(Signed(questions));

        Assert.Equal(
            Enumerable.Range(0, 6).SelectMany(i => Sources.Select(source => (i, source.Layer, source.Width))),
            together.Maps.Select(map => (map.QuestionIndex, map.Map.Provenance.Layers.Single(), map.Map.Provenance.NativeSize.Width)));
        for (var i = 0; i < questions.Length; i++)
        {
            var alone = await ExplainAsync(Signed(questions[i]));
            for (var layer = 0; layer < 2; layer++)
                AssertClose(alone.Maps[layer].Map, together.Maps[2 * i + layer].Map);
        }
    }

    /// <summary>The photo's maps are taken from the pass that it shares with photos that are classified, explained and captioned.</summary>
    [Fact]
    public async Task Explain_AmongOtherPhotos_IsWhatItIsAlone()
    {
        var question = new VqaQuestion { Text = Color, Targets = { new AnswerTarget { Answer = "cat" } } };
        var alone = await ExplainAsync(Signed(question));

        var others = Enumerable.Range(0, 6).Select(i => _server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatCut(10 * i + 10),
            Targets = { new ClassTarget { TopK = 2 } },
            Layers = { i % 2 == 0 ? "bn2" : "blocks.2.1" },
        })).ToArray();
        var captions = Enumerable.Range(0, 2).Select(_ => _server.Captioning.CaptionAsync(
            new CaptionRequest { Image = Photos.CatCut(5) }, cancellationToken: Cancellation).ResponseAsync).ToArray();
        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ExplainAsync(Signed(question))));
        await Task.WhenAll(others);
        await Task.WhenAll(captions);

        foreach (var answer in together)
        {
            AssertSame(alone.Prediction.Questions[0], answer.Prediction.Questions[0]);
            Assert.All(alone.Maps.Zip(answer.Maps), pair => AssertClose(pair.First.Map, pair.Second.Map));
        }
    }

    [Fact]
    public async Task Explain_WordsLeftOut_IsAskingTheShorterQuestion()
    {
        var target = new AnswerTarget { Answer = "blue" };
        var request = Signed(new VqaQuestion { Text = Where, Targets = { target } });
        request.LeaveWordsOut = true;
        var whole = await ExplainAsync(request);

        string[] shorter = ["is the dog", "where the dog", "where is dog", "where is the"];
        var words = Assert.Single(whole.LeftOut);
        Assert.Equal((0, 0, 1, "blue"), (words.QuestionIndex, words.TargetIndex, words.AnswerIndex, words.Text));
        Assert.Equal(whole.Maps[0].Map.Provenance.Score.Value, words.LogProbability, Close);
        Assert.Equal(["where", "is", "the", "dog"], words.Words.Select(word => word.Word.Text));
        Assert.Equal([0, 1, 2, 3], words.Words.Select(word => word.Word.Position));
        Assert.Equal(2 * (1 + shorter.Length), whole.Maps.Count);
        Assert.Equal(whole.Maps.Count, whole.Messages[0].MapCount);
        Assert.Equal(VqaServiceExplainResponse.EventOneofCase.LeftOutWords, whole.Messages[1].EventCase);
        for (var place = 0; place < shorter.Length; place++)
        {
            var alone = await ExplainAsync(Signed(new VqaQuestion { Text = shorter[place], Targets = { target } }));
            var asked = alone.Maps[0].Map.Provenance.Score.Value;
            Assert.Equal(asked, words.Words[place].LogProbability, Close);
            Assert.Equal(asked - words.LogProbability, words.Words[place].LogProbabilityChange, Close);
            for (var layer = 0; layer < 2; layer++)
            {
                var map = whole.Maps[2 * (1 + place) + layer].Map;
                Assert.Equal(shorter[place], map.Provenance.Score.Answer.Question);
                Assert.Equal(words.Words[place].Word, map.Provenance.Score.Answer.LeftOut);
                AssertClose(alone.Maps[layer].Map, map);
            }
        }
        Assert.Contains(words.Words, word => Math.Abs(word.LogProbabilityChange) > 100 * Close);
    }

    [Fact]
    public async Task Explain_WordsLeftOutOfSeveralScores_EachHasItsOwnAndOneWordHasNone()
    {
        var request = Asking(
            new VqaQuestion { Text = Many, Targets = { new AnswerTarget { TopK = 2 }, new AnswerTarget { Answer = "two", Contrast = "red" } } },
            new VqaQuestion { Text = "what?" });
        request.LeaveWordsOut = true;
        request.Layers.Add("bn2");
        var answer = await ExplainAsync(request);

        var best = answer.Prediction.Questions[0].Answers;
        Assert.Equal(
            [(0, 0, best[0].AnswerIndex), (0, 0, best[1].AnswerIndex), (0, 1, 5)],
            answer.LeftOut.Select(words => (words.QuestionIndex, words.TargetIndex, words.AnswerIndex)));
        Assert.All(answer.LeftOut, words => Assert.Equal(2, words.Words.Count));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], answer.Maps.Select(map => map.QuestionIndex));
        Assert.Equal(
            ["how many", "many", "how", "how many", "many", "how", "how many", "many", "how", "what"],
            answer.Maps.Select(map => map.Map.Provenance.Score.Answer.Question));
    }

    [Fact]
    public async Task Explain_WordsLeftOutOfAContrast_TellWhatBecomesOfTheDifference()
    {
        var request = Asking(new VqaQuestion
        {
            Text = Where,
            Targets = { new AnswerTarget { Answer = "blue", Contrast = "red" }, new AnswerTarget { Answer = "blue" } },
        });
        request.LeaveWordsOut = true;
        request.Layers.Add("bn2");
        var answer = await ExplainAsync(request);

        var (contrast, plain) = (answer.LeftOut[0], answer.LeftOut[1]);
        var scores = answer.Maps.Take(5).Select(map => map.Map.Provenance.Score.Value).ToArray();
        Assert.Equal(("blue", "red"), (contrast.Text, contrast.Contrast));
        Assert.Equal(scores[0], contrast.Margin, Close);
        for (var place = 0; place < 4; place++)
        {
            Assert.Equal(scores[1 + place], contrast.Words[place].Margin, Close);
            Assert.Equal(scores[1 + place] - scores[0], contrast.Words[place].MarginChange, 2 * Close);
            Assert.Equal(plain.Words[place].LogProbability, contrast.Words[place].LogProbability, Close);
        }
        Assert.Equal(("", 0), (plain.Contrast, plain.Margin));
        Assert.All(plain.Words, word => Assert.Equal((0, 0), (word.Margin, word.MarginChange)));
        Assert.Contains(contrast.Words, word => Math.Abs(word.MarginChange - word.LogProbabilityChange) > 100 * Close);
    }

    [Fact]
    public async Task Explain_HeadSaysNoNumbers_IsRefused()
    {
        await using var broken = new AnsweringServer(scale: float.NaN);
        await broken.InitializeAsync();
        using var call = broken.Server.Vqa.Explain(
            new VqaServiceExplainRequest { Image = Photos.CatImage, Questions = { new VqaQuestion { Text = Where } } }, cancellationToken: Cancellation);

        var explained = await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());
        var answered = await Assert.ThrowsAsync<RpcException>(async () => await broken.Server.Vqa.AnswerAsync(
            new AnswerRequest { Image = Photos.CatImage, Questions = { Where } }, cancellationToken: Cancellation));

        Assert.All([explained, answered], fault =>
        {
            Assert.Equal(StatusCode.Internal, fault.StatusCode);
            Assert.Contains("the outputs of the answering head", fault.Status.Detail, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Explain_EveryCamMethod_HasAMapOfItsOwn()
    {
        var request = Asking(new VqaQuestion { Text = Color, Targets = { new AnswerTarget { Answer = "cat" } } });
        request.Layers.Add("blocks.4.2");
        request.Methods.Add(CamMethods.Select(Calls.Method));
        request.Methods.Add(new ExplanationMethod { GradCam = new GradCam(), ChannelReduction = ChannelReduction.PrincipalComponent });
        request.Outputs.Add(new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } });
        var answer = await ExplainAsync(request);

        Assert.Equal(CamMethods.Length + 1, answer.Maps.Count);
        Assert.All(answer.Maps, map => Assert.Equal(
            ("blocks.4.2", LayerFusion.None), (map.Map.Provenance.Layers.Single(), map.Map.Provenance.LayerFusion)));
        Assert.Equal(answer.Maps.Count, answer.Maps.Select(map => map.Map.Outputs[0].Raw.Data).Distinct().Count());
    }

    [Fact]
    public async Task Explain_Attention_ComesForEachQuestionAndSumsToOne()
    {
        var request = Asking(new VqaQuestion { Text = Color }, new VqaQuestion { Text = Where });
        request.IncludeAttention = true;
        var answer = await ExplainAsync(request);

        var attention = answer.Messages.Skip(1).Take(2).Select(message => message.Attention).ToArray();
        Assert.Equal([0, 1], attention.Select(one => one.QuestionIndex));
        Assert.Equal(2, answer.Maps.Count);
        Assert.All(attention, one =>
        {
            Assert.Equal(["bn2", "blocks.4.2"], one.Grids.Select(grid => grid.Layer));
            Assert.Equal(Sources.Select(source => source.Positions), one.Grids.Select(grid => grid.Floats().Length));
            var weights = one.Grids.SelectMany(grid => grid.Floats()).ToArray();
            Assert.Equal(1, weights.Sum(), 1e-4f);
            Assert.True(weights.Min() >= 0);
        });
    }

    [Fact]
    public async Task Explain_Overlay_IsAsLargeAsThePhoto()
    {
        var request = Asking(new VqaQuestion { Text = Color });
        request.Outputs.Add([new MapOutput { Overlay = new OverlayOutput() }, new MapOutput { Peak = new PeakOutput() }]);
        var map = Assert.Single((await ExplainAsync(request)).Maps).Map;

        using var picture = Photos.Decode(map.Outputs[0].Image.Data);
        Assert.Equal((451, 300), (picture.Width, picture.Height));
        Assert.Equal(RenderedMap.FormOneofCase.Peak, map.Outputs[1].FormCase);
    }

    [Fact]
    public async Task GetModel_Answering_TellsTheHead()
    {
        var model = (await _server.Models.GetModelAsync(new GetModelRequest(), cancellationToken: Cancellation)).Model;

        Assert.Equal([ModelTask.Classification, ModelTask.Captioning, ModelTask.Vqa], model.Tasks);
        Assert.Equal(Sources, model.Answering.Layers.Select(layer => new HeadSource(layer.Name, layer.ChannelCount, layer.Size.Height, layer.Size.Width)));
        Assert.All(model.Answering.Layers, layer => Assert.False(layer.FeedsLinearHead));
        Assert.Equal(AnsweringServer.Words, model.Answering.Words);
        Assert.Equal(AnsweringServer.Answers, model.Answering.Answers);
        Assert.Equal((8, "Apache-2.0", "Not trained."), (model.Answering.MaxWords, model.Answering.Licence, model.Answering.Source));
        Assert.Equal((View.CropWidth, false), (model.Answering.Preprocessing.InputSize.Width, model.Answering.Preprocessing.HasResizeShorterSide));
        Assert.Equal(new Metric { Name = "accuracy", Dataset = "nothing", Value = 0.125 }, Assert.Single(model.Answering.Metrics));
    }

    private static VqaServiceExplainRequest Asking(params VqaQuestion[] questions) => new() { Image = Photos.CatImage, Questions = { questions } };

    /// <summary>For signed maps at each layer.</summary>
    private static VqaServiceExplainRequest Signed(params VqaQuestion[] questions) => new()
    {
        Image = Photos.CatImage,
        Questions = { questions },
        PredictionTopK = AnsweringServer.Answers.Count,
        LayerFusion = LayerFusion.None,
        Outputs = { new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } } },
    };

    private static void AssertSame(QuestionAnswers expected, QuestionAnswers actual)
    {
        Assert.Equal(expected.Answers.Select(answer => answer.Text), actual.Answers.Select(answer => answer.Text));
        Assert.All(expected.Answers.Zip(actual.Answers), pair => Assert.Equal(pair.First.Logit, pair.Second.Logit, Close));
    }

    private static void AssertClose(SaliencyMap expected, SaliencyMap actual)
    {
        var values = expected.Outputs[0].Raw.Floats();
        var largest = values.Max(Math.Abs);
        Assert.NotEqual(0, largest);
        Assert.All(values.Zip(actual.Outputs[0].Raw.Floats()), pair => Assert.Equal(pair.First, pair.Second, largest * 1e-3f));
    }

    private async Task<VqaPrediction> AnswerAsync(int? topK, params string[] questions)
    {
        var request = new AnswerRequest { Image = Photos.CatImage, Questions = { questions } };
        if (topK is { } k)
            request.PredictionTopK = k;
        return (await _server.Vqa.AnswerAsync(request, cancellationToken: Cancellation)).Prediction;
    }

    private async Task<Answer> ExplainAsync(VqaServiceExplainRequest request)
    {
        using var call = _server.Vqa.Explain(request, cancellationToken: Cancellation);
        return new Answer(await call.ReadAllAsync());
    }

    private sealed record Answer(IReadOnlyList<VqaServiceExplainResponse> Messages)
    {
        public VqaPrediction Prediction => Messages[0].Prediction;

        public IReadOnlyList<LeftOutWords> LeftOut => [.. Messages.Select(message => message.LeftOutWords).OfType<LeftOutWords>()];

        public IReadOnlyList<AnswerMap> Maps => [.. Messages.Select(message => message.Map).OfType<AnswerMap>()];
    }
}

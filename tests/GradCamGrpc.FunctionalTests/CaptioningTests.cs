using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

public sealed class CaptioningTests(RunningServer server)
{
    /// <summary>Both are single-precision sums, one of words one by one and one of all words at once.</summary>
    private const double Close = 1e-3;

    private static readonly string[] CamMethods =
        ["grad_cam", "layer_cam", "hires_cam", "element_wise_grad_cam", "eigen_cam", "eigen_grad_cam", "grad_cam_plus_plus", "xgrad_cam"];

    private static readonly CaptioningManifest Head = EmbeddedModel.Read().Manifest.Captioning!;

    private static readonly HeadSource Finest = Head.Sources.MaxBy(source => source.Positions)!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Caption_NothingChosen_IsThreeWholeSentencesTheBestFirst()
    {
        var prediction = await CaptionAsync(new CaptionDecoding());

        Assert.Equal(3, prediction.Captions.Count);
        Assert.Equal((451, 300), (prediction.ImageSize.Width, prediction.ImageSize.Height));
        Assert.Equal((0, 0, 451, 300), (prediction.Crop.X, prediction.Crop.Y, prediction.Crop.Width, prediction.Crop.Height));
        Assert.Equal(("embedded", 1), (prediction.Model, Math.Min(prediction.Timings.BatchSize, 1)));
        Assert.True(prediction.CaptionDuration.ToTimeSpan() > TimeSpan.Zero);
        Assert.All(prediction.Captions, caption =>
        {
            Assert.Equal(string.Join(' ', caption.Words.Select(word => word.Text)), caption.Text);
            Assert.Equal(caption.Words.Sum(word => word.LogProbability) + caption.EndLogProbability, caption.LogProbability, 1e-6);
            Assert.All(caption.Words, word => Assert.True(word.LogProbability < 0));
        });
        var scores = prediction.Captions.Select(caption => caption.LogProbability / Math.Pow(caption.Words.Count + 1, 0.7)).ToArray();
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal(3, prediction.Captions.Select(caption => caption.Text).Distinct().Count());
    }

    /// <summary>A sentence that was decoded word by word, and the same as the client's own, all at once.</summary>
    [Fact]
    public async Task Explain_CaptionOfTheClient_HasTheProbabilitiesOfTheDecodedOne()
    {
        var decoded = (await CaptionAsync(Beams(1))).Captions.Single();

        var answer = await ExplainAsync(new CaptioningServiceExplainRequest { Text = $"  {decoded.Text.ToUpperInvariant()}. " });

        var forced = Assert.Single(answer.Prediction.Captions);
        Assert.Equal(decoded.Text, forced.Text);
        Assert.Equal(decoded.EndLogProbability, forced.EndLogProbability, Close);
        Assert.All(decoded.Words.Zip(forced.Words), pair => Assert.Equal(pair.First.LogProbability, pair.Second.LogProbability, Close));
    }

    [Fact]
    public async Task Caption_Greedy_IsNoLikelierThanSixteenBeams()
    {
        var greedy = (await CaptionAsync(Beams(1, lengthPenalty: 0))).Captions;
        var wide = (await CaptionAsync(Beams(16, lengthPenalty: 0))).Captions;

        Assert.Equal((1, 16), (greedy.Count, wide.Count));
        Assert.True(greedy[0].LogProbability <= wide[0].LogProbability + Close);
    }

    [Fact]
    public async Task Caption_Drawn_TheSeedDecides()
    {
        async Task<string> Draw(ulong seed) =>
            (await CaptionAsync(new CaptionDecoding { NucleusSampling = new NucleusSampling { Seed = seed, TopP = 1 } })).Captions.Single().Text;

        Assert.Equal(await Draw(7), await Draw(7));
        var others = await Task.WhenAll(Enumerable.Range(0, 6).Select(seed => Draw((ulong)seed)));
        Assert.True(others.Distinct().Count() > 2);
        var upper = await Task.WhenAll(Enumerable.Range(0, 6).Select(half => Draw((ulong)half << 32)));
        Assert.True(upper.Distinct().Count() > 2, "the upper half of a seed counts");
    }

    [Fact]
    public async Task Caption_PrefixBanAndLength_AreKept()
    {
        var prediction = await CaptionAsync(new CaptionDecoding
        {
            Prefix = "Two dogs",
            BannedWords = { "a", "The", "on" },
            MinWords = 8,
            MaxWords = 9,
        });

        Assert.All(prediction.Captions, caption =>
        {
            Assert.StartsWith("two dogs ", caption.Text, StringComparison.Ordinal);
            Assert.InRange(caption.Words.Count, 8, 9);
            Assert.Empty(caption.Words.Select(word => word.Text).Intersect(["a", "the", "on"]));
        });
    }

    [Fact]
    public async Task Explain_NothingChosen_CaptionComesFirstThenAFusedMapOfEachWord()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest());
        var model = (await server.Models.GetModelAsync(new GetModelRequest(), cancellationToken: Cancellation)).Model;

        var best = answer.Prediction.Captions[0];
        Assert.Equal(CaptioningServiceExplainResponse.EventOneofCase.Prediction, answer.Messages[0].EventCase);
        Assert.Equal(best.Words.Count, answer.Maps.Count);
        Assert.Equal(best.Words.Count + 1, answer.Messages.Count);
        for (var place = 0; place < best.Words.Count; place++)
        {
            var origin = answer.Maps[place].Provenance;
            Assert.Equal(place, answer.Maps[place].TargetIndex);
            Assert.Equal(new ExplainedWord { Position = place, Text = best.Words[place].Text }, Assert.Single(origin.Score.Words.Words));
            Assert.Equal(best.Text, origin.Score.Words.Caption);
            Assert.Equal(ScoreKind.LogProbability, origin.Score.Kind);
            Assert.Equal(best.Words[place].LogProbability, origin.Score.Value, Close);
            Assert.Equal(LayerFusion.Mean, origin.LayerFusion);
            Assert.Equal(model.Captioning.Layers.Select(layer => layer.Name), origin.Layers);
            Assert.Equal((Finest.Width, Finest.Height), (origin.NativeSize.Width, origin.NativeSize.Height));
            Assert.Equal(model.Captioning.WeightsSha256, origin.HeadWeightsSha256);
            Assert.Equal(model.WeightsSha256, origin.WeightsSha256);
            Assert.Equal(Finest.Positions, answer.Maps[place].Outputs[0].Raw.Floats().Length);
        }
        Assert.Equal(best.Words.Count, answer.Maps.Select(map => map.Outputs[0].Raw.Data).Distinct().Count());
    }

    /// <summary>Each kind of target, by the log-probabilities and logits it is made of.</summary>
    [Fact]
    public async Task Explain_EveryKindOfTarget_HasTheScoreItNames()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest
        {
            Text = "a dog is running",
            Targets =
            {
                new CaptionTarget { WholeCaption = new WholeCaption() },
                new CaptionTarget { Span = new WordSpan { FirstPosition = 1, WordCount = 3 } },
                new CaptionTarget { WordPosition = 1, ScoreKind = ScoreKind.Logit },
                new CaptionTarget { WordPosition = 1, ScoreKind = ScoreKind.Counterfactual },
                new CaptionTarget { AlternativeWord = new AlternativeWord { Position = 1, Word = "Cat" } },
                new CaptionTarget { WordPosition = 1, Contrast = "cat" },
                new CaptionTarget { AlternativeWord = new AlternativeWord { Position = 4, Word = "quickly" } },
                new CaptionTarget { AlternativeWord = new AlternativeWord { Position = 1, Word = "cat" }, ScoreKind = ScoreKind.Logit, Contrast = "dog" },
                new CaptionTarget { AlternativeWord = new AlternativeWord { Position = 1, Word = "cat" }, ScoreKind = ScoreKind.Logit },
                new CaptionTarget { WordPosition = 1, Contrast = "cat", ScoreKind = ScoreKind.LogProbability },
            },
        });

        var caption = answer.Prediction.Captions.Single();
        var scores = answer.Maps.Select(map => map.Provenance.Score).ToArray();
        Assert.Equal(Enumerable.Range(0, 10), answer.Maps.Select(map => map.TargetIndex));
        Assert.Equal(caption.LogProbability, scores[0].Value, Close);
        Assert.Equal(caption.Words.Skip(1).Sum(word => word.LogProbability), scores[1].Value, Close);
        Assert.Equal(-scores[2].Value, scores[3].Value, Close);
        Assert.Equal(caption.Words[1].LogProbability - scores[4].Value, scores[5].Value, Close);
        Assert.Equal(-scores[5].Value, scores[7].Value, Close);
        Assert.Equal(scores[5].Value, scores[2].Value - scores[8].Value, Close);
        Assert.True(Math.Abs(scores[2].Value - caption.Words[1].LogProbability) > 1, "a logit is no log-probability");
        Assert.Equal(["a", "dog", "is", "running"], scores[0].Words.Words.Select(word => word.Text));
        Assert.Equal((true, false), (scores[0].Words.IncludesEnd, scores[1].Words.IncludesEnd));
        Assert.Equal((1, "cat"), (scores[4].Words.Words[0].Position, scores[4].Words.Words[0].Text));
        Assert.Equal(("cat", ScoreKind.Logit), (scores[5].Words.Contrast, scores[5].Kind));
        Assert.Equal(("cat", ScoreKind.Logit, scores[5].Value), (scores[9].Words.Contrast, scores[9].Kind, scores[9].Value));
        Assert.Equal((4, "quickly"), (scores[6].Words.Words[0].Position, scores[6].Words.Words[0].Text));
    }

    /// <summary>All words are rows of one pass; a word alone is a pass of its own.</summary>
    [Fact]
    public async Task Explain_AllWordsAtOnce_EqualEachAlone()
    {
        CaptioningServiceExplainRequest Request() => new()
        {
            Text = "a dog is running",
            LayerFusion = LayerFusion.None,
            Outputs = { new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } } },
        };
        var together = await ExplainAsync(Request());

        Assert.Equal(
            Enumerable.Range(0, 4).SelectMany(word => Head.Sources.Select(source => (word, source.Layer, source.Width))),
            together.Maps.Select(map => (map.TargetIndex, map.Provenance.Layers.Single(), map.Provenance.NativeSize.Width)));
        for (var word = 0; word < 4; word++)
        {
            var request = Request();
            request.Targets.Add(new CaptionTarget { WordPosition = word });
            var alone = await ExplainAsync(request);
            for (var layer = 0; layer < 2; layer++)
                AssertClose(alone.Maps[layer], together.Maps[2 * word + layer]);
        }
    }

    /// <summary>The photo's maps are taken from the pass that it shares with photos that are classified, explained and captioned.</summary>
    [Fact]
    public async Task Explain_AmongOtherPhotos_IsWhatItIsAlone()
    {
        CaptioningServiceExplainRequest Request() => new() { Text = "a dog is running", Layers = { "blocks.4.2" } };
        var alone = await ExplainAsync(Request());

        var others = Enumerable.Range(0, 6).Select(i => server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatCut(10 * i + 10),
            Targets = { new ClassTarget { TopK = 2 } },
            Layers = { i % 2 == 0 ? "bn2" : "blocks.2.1" },
        })).ToArray();
        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ExplainAsync(Request())));
        await Task.WhenAll(others);

        foreach (var answer in together)
        {
            Assert.Equal(alone.Prediction.Captions[0].LogProbability, answer.Prediction.Captions[0].LogProbability, Close);
            for (var word = 0; word < 4; word++)
                AssertClose(alone.Maps[word], answer.Maps[word]);
        }
    }

    [Fact]
    public async Task Explain_LayersInAnotherOrder_ComeInTheHeads()
    {
        CaptioningServiceExplainRequest Request() =>
            new() { Text = "a dog", Targets = { new CaptionTarget { WordPosition = 1 } }, Layers = { "blocks.4.2", "bn2" } };
        var apart = Request();
        apart.LayerFusion = LayerFusion.None;

        var fused = await ExplainAsync(Request());
        var each = await ExplainAsync(apart);

        Assert.Equal(["bn2", "blocks.4.2"], Assert.Single(fused.Maps).Provenance.Layers);
        Assert.Equal(["bn2", "blocks.4.2"], each.Maps.Select(map => map.Provenance.Layers.Single()));
    }

    [Fact]
    public async Task Explain_EveryCamMethod_HasAMapOfItsOwn()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest
        {
            Text = "a dog is running",
            Targets = { new CaptionTarget { WordPosition = 1 } },
            Layers = { "blocks.4.2" },
            Methods =
            {
                CamMethods.Select(Calls.Method),
                new ExplanationMethod { GradCam = new GradCam(), ChannelReduction = ChannelReduction.PrincipalComponent },
            },
        });

        Assert.Equal(CamMethods.Length + 1, answer.Maps.Count);
        Assert.All(answer.Maps, map => Assert.Equal(("blocks.4.2", LayerFusion.None), (map.Provenance.Layers.Single(), map.Provenance.LayerFusion)));
        Assert.Equal(answer.Maps.Count, answer.Maps.Select(map => map.Outputs[0].Raw.Data).Distinct().Count());
    }

    [Fact]
    public async Task Explain_Attention_ComesForEachWordAndSumsToOne()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest { Text = "a dog is running", IncludeAttention = true });

        Assert.Equal(["a", "dog", "is", "running"], answer.Messages.Skip(1).Take(4).Select(message => message.Attention.Word.Text));
        Assert.Equal(4, answer.Maps.Count);
        Assert.All(answer.Messages.Skip(1).Take(4).Select(message => message.Attention), attention =>
        {
            Assert.Equal(["bn2", "blocks.4.2"], attention.Grids.Select(grid => grid.Layer));
            Assert.Equal(Head.Sources.Select(source => source.Positions), attention.Grids.Select(grid => grid.Floats().Length));
            var weights = attention.Grids.SelectMany(grid => grid.Floats()).ToArray();
            Assert.Equal(1, weights.Sum(), 1e-4f);
            Assert.True(weights.Min() >= 0);
        });
    }

    [Fact]
    public async Task Explain_Overlay_IsAsLargeAsThePhoto()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest
        {
            Text = "a dog",
            Targets = { new CaptionTarget { WordPosition = 1 } },
            Outputs = { new MapOutput { Overlay = new OverlayOutput() }, new MapOutput { Peak = new PeakOutput() } },
        });

        var map = Assert.Single(answer.Maps);
        using var picture = Photos.Decode(map.Outputs[0].Image.Data);
        Assert.Equal((451, 300), (picture.Width, picture.Height));
        Assert.InRange(map.Outputs[1].Peak.Point.X, 0, 451);
        Assert.InRange(map.Outputs[1].Peak.Value, 0.5, 1);
    }

    /// <summary>How long the caption will be is not known before.</summary>
    [Fact]
    public async Task Explain_TargetsThatTheCaptionFoundHasNot_AreLeftOutAndTold()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest
        {
            Decoding = new CaptionDecoding { MaxWords = 12, Prefix = "a dog", BannedWords = { "a" } },
            Targets =
            {
                new CaptionTarget { WordPosition = 11 },
                new CaptionTarget { WordPosition = 0 },
                new CaptionTarget { WordPosition = 1, Contrast = "dog" },
                new CaptionTarget { Span = new WordSpan { FirstPosition = 1, WordCount = 11 } },
                new CaptionTarget { WholeCaption = new WholeCaption() },
            },
            LayerFusion = LayerFusion.None,
        });

        var count = answer.Prediction.Captions[0].Words.Count;
        Assert.InRange(count, 2, 11);
        var first = answer.Messages[0];
        Assert.Equal([0, 2, 3], first.SkippedTargets.Select(skipped => skipped.TargetIndex));
        Assert.Equal($"11 is not from 0 to {count - 1}: the caption has {count} words", first.SkippedTargets[0].Reason);
        Assert.Contains("with itself", first.SkippedTargets[1].Reason, StringComparison.Ordinal);
        Assert.Contains("positions 1 to 11", first.SkippedTargets[2].Reason, StringComparison.Ordinal);
        Assert.Equal([1, 1, 4, 4], answer.Maps.Select(map => map.TargetIndex));
        Assert.Equal(["a"], answer.Maps[0].Provenance.Score.Words.Words.Select(word => word.Text));
        Assert.True(answer.Maps[2].Provenance.Score.Words.IncludesEnd);
        Assert.Equal(4, first.MapCount);
        Assert.All(answer.Messages.Skip(1), message => Assert.Equal((0, 0), (message.MapCount, message.SkippedTargets.Count)));
    }

    [Fact]
    public async Task Explain_NoTargetThatTheCaptionFoundHas_IsTheCaptionAlone()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest
        {
            Decoding = new CaptionDecoding { MaxWords = 12, Prefix = "a dog", BannedWords = { "a" } },
            Targets = { new CaptionTarget { WordPosition = 11 } },
        });

        Assert.Equal((0, 0), (Assert.Single(answer.Messages).MapCount, Assert.Single(answer.Messages[0].SkippedTargets).TargetIndex));
    }

    [Theory]
    [InlineData(LayerFusion.Unspecified, 4)]
    [InlineData(LayerFusion.None, 8)]
    public async Task Explain_MapCount_IsHowManyComeByTwoMethods(LayerFusion fusion, int expected)
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest
        {
            Text = "a dog",
            LayerFusion = fusion,
            Methods = { Calls.Method("grad_cam"), Calls.Method("layer_cam") },
        });

        Assert.Equal((expected, expected), (answer.Messages[0].MapCount, answer.Maps.Count));
    }

    [Fact]
    public async Task Caption_UnknownWordsBanned_IsAsIfTheyWereNot()
    {
        var without = await CaptionAsync(new CaptionDecoding { BannedWords = { "the" } });
        var with = await CaptionAsync(new CaptionDecoding { BannedWords = { "xqzzt", "the", "umbrrella" } });

        Assert.Equal(without.Captions, with.Captions);
    }

    [Fact]
    public async Task Explain_TypographicApostrophe_IsReadAsTheOther()
    {
        var answer = await ExplainAsync(new CaptioningServiceExplainRequest { Text = "a man\u2019s dog" });

        Assert.Equal(["a", "man", "'s", "dog"], answer.Prediction.Captions[0].Words.Select(word => word.Text));
    }

    [Fact]
    public async Task GetModel_Captioning_TellsTheHead()
    {
        var model = (await server.Models.GetModelAsync(new GetModelRequest(), cancellationToken: Cancellation)).Model;

        Assert.Contains(ModelTask.Captioning, model.Tasks);
        Assert.Equal(Head.Sources, model.Captioning.Layers.Select(layer => new HeadSource(layer.Name, layer.ChannelCount, layer.Size.Height, layer.Size.Width)));
        Assert.All(model.Captioning.Layers, layer => Assert.False(layer.FeedsLinearHead));
        Assert.Equal(Head.Shape.MaxWords, model.Captioning.MaxWords);
        Assert.Contains("dog", model.Captioning.Words);
        Assert.Equal((Head.Preprocessing.CropWidth, false), (model.Captioning.Preprocessing.InputSize.Width, model.Captioning.Preprocessing.HasResizeShorterSide));
    }

    private static CaptionDecoding Beams(int count, double? lengthPenalty = null)
    {
        var search = new BeamSearch { BeamCount = count };
        if (lengthPenalty is { } penalty)
            search.LengthPenalty = penalty;
        return new CaptionDecoding { BeamSearch = search };
    }

    private static void AssertClose(SaliencyMap expected, SaliencyMap actual)
    {
        var values = expected.Outputs[0].Raw.Floats();
        var largest = values.Max(Math.Abs);
        Assert.NotEqual(0, largest);
        Assert.Equal(expected.Provenance.Score.Words, actual.Provenance.Score.Words);
        Assert.All(values.Zip(actual.Outputs[0].Raw.Floats()), pair => Assert.Equal(pair.First, pair.Second, largest * 1e-3f));
    }

    private async Task<CaptionPrediction> CaptionAsync(CaptionDecoding decoding)
    {
        var request = new CaptionRequest { Image = Photos.CatImage, Decoding = decoding };
        return (await server.Captioning.CaptionAsync(request, cancellationToken: Cancellation)).Prediction;
    }

    private async Task<Answer> ExplainAsync(CaptioningServiceExplainRequest request)
    {
        request.Image = Photos.CatImage;
        using var call = server.Captioning.Explain(request, cancellationToken: Cancellation);
        return new Answer(await call.ReadAllAsync());
    }

    private sealed record Answer(IReadOnlyList<CaptioningServiceExplainResponse> Messages)
    {
        public CaptionPrediction Prediction => Messages[0].Prediction;

        public IReadOnlyList<SaliencyMap> Maps => [.. Messages.Select(message => message.Map).OfType<SaliencyMap>()];
    }
}

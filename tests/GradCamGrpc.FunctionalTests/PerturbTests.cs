using Google.Protobuf;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>ComparisonService.Perturb. The whole photo, resized, is the input of the model that is asked, so that the changed photo can be sent back.</summary>
public sealed class PerturbTests(TwoModels models) : IClassFixture<TwoModels>
{
    private const int TigerCat = 282;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Perturb_Default_LosesProbabilityAndReturnsWhatWasClassified()
    {
        var answer = await PerturbAsync(new PerturbRequest { AttackedClass = new ClassReference { ClassIndex = TigerCat } });

        Assert.Equal((TigerCat, TigerCat), (answer.Before.ExplainedClass.Score.ClassIndex, answer.After.ExplainedClass.Score.ClassIndex));
        Assert.True(answer.After.ExplainedClass.Score.Probability < answer.Before.ExplainedClass.Score.Probability);
        Assert.Equal(2.0 / 255, answer.LargestChange, 1e-12);
        Assert.Equal(answer.Before.ExplainedClass.Rank == 1 && answer.After.ExplainedClass.Rank > 1, answer.ClassLost);

        using var changed = Photos.Decode(answer.ChangedPhoto.Data);
        Assert.Equal(ImageFormat.Png, answer.ChangedPhoto.Format);
        Assert.Equal((224, 224), (changed.Width, changed.Height));
        var again = await models.Server.Classification.ClassifyAsync(
            new ClassifyRequest { Model = ModelFolders.Whole, Image = Raw(changed) }, cancellationToken: Cancellation);
        Assert.Equal(
            answer.After.Prediction.Classes.Select(score => score.ClassIndex), again.Prediction.Classes.Select(score => score.ClassIndex));
        Assert.All(answer.After.Prediction.Classes.Zip(again.Prediction.Classes), pair => Assert.Equal(pair.First.Logit, pair.Second.Logit, 1e-4));

        // Explained again, it gives the map that came with it.
        var explained = await models.Server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Model = ModelFolders.Whole,
            Image = Raw(changed),
            Targets = { new ClassTarget { ClassIndex = TigerCat } },
        });
        AssertClose(explained.Maps[0].Outputs[0].Raw.Floats(), answer.After.Map.Outputs[0].Raw.Floats());
    }

    /// <summary>What the network saw of the photo is what Pillow's resize makes of it; no colour is farther from it than epsilon.</summary>
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(1, 1)]
    [InlineData(4.7, 4)]
    public async Task Perturb_Epsilon_NoPixelMovesFartherInWholeSteps(double steps, int moved)
    {
        var answer = await PerturbAsync(new PerturbRequest { Pgd = new Pgd { Epsilon = steps / 255, StepCount = 3, StepSize = steps / 255, RandomStart = new RandomStart { Seed = 7 } } });

        Assert.Equal(moved / 255.0, answer.LargestChange, 1e-12);
        using var changed = Photos.Decode(answer.ChangedPhoto.Data);
        var original = Resized();
        var largest = 0;
        for (var i = 0; i < original.Length; i++)
            largest = Math.Max(largest, Math.Abs(original[i] - changed.Bytes[i / 3 * PixelBuffer.Channels + i % 3]));
        Assert.Equal(moved, largest);
    }

    [Fact]
    public async Task Perturb_EpsilonIsZero_ChangesNothing()
    {
        var answer = await PerturbAsync(new PerturbRequest { Fgsm = new Fgsm { Epsilon = 0 } });

        Assert.True(answer.HasLargestChange);
        Assert.Equal(0, answer.LargestChange);
        Assert.False(answer.ClassLost);
        Assert.Equal((1, 1), (answer.Before.ExplainedClass.Rank, answer.After.ExplainedClass.Rank));
        Assert.Equal(answer.Before.ExplainedClass.Score.Logit, answer.After.ExplainedClass.Score.Logit, 1e-4);
        AssertClose(answer.Before.Map.Outputs[0].Raw.Floats(), answer.After.Map.Outputs[0].Raw.Floats());
        Assert.Equal(1, answer.RankCorrelation, 1e-3);
    }

    [Fact]
    public async Task Perturb_SeveralSteps_LosesTheClassOfTheCroppedPhotoToo()
    {
        var answer = await PerturbAsync(new PerturbRequest { Model = ModelFolders.Cropped, Pgd = new Pgd { Epsilon = 4.0 / 255 } });

        Assert.True(answer.ClassLost);
        Assert.NotEqual(answer.Before.ExplainedClass.Score.ClassIndex, answer.After.Prediction.Classes[0].ClassIndex);
    }

    [Fact]
    public async Task Perturb_Overlays_AreOnThePhotoAndOnTheChangedOne()
    {
        var answer = await PerturbAsync(new PerturbRequest
        {
            Model = ModelFolders.Cropped,
            Outputs = { new MapOutput { Overlay = new OverlayOutput { Opacity = 0 } } },
        });

        Assert.Equal(new PixelSize { Width = 451, Height = 300 }, answer.Before.Map.Outputs[0].Image.Size);
        Assert.Equal(new PixelSize { Width = 224, Height = 224 }, answer.After.Map.Outputs[0].Image.Size);
        Assert.Equal(new PixelRectangle { X = 0, Y = 0, Width = 224, Height = 224 }, answer.After.Map.Provenance.Crop);
        using var overlay = Photos.Decode(answer.After.Map.Outputs[0].Image.Data);
        using var changed = Photos.Decode(answer.ChangedPhoto.Data);
        Assert.Equal(changed.Bytes.ToArray(), overlay.Bytes.ToArray());
    }

    [Fact]
    public async Task Perturb_Attack_IsToldWithItsDefaults()
    {
        var photo = await PerturbAsync(new PerturbRequest());
        var steps = await PerturbAsync(new PerturbRequest { Pgd = new Pgd { Epsilon = 0.02, StepCount = 1 } });
        var random = await PerturbAsync(new PerturbRequest { Pgd = new Pgd { StepSize = 0.001, RandomStart = new RandomStart() } });

        Assert.Equal(new Fgsm { Epsilon = 2.0 / 255 }, photo.Fgsm);
        Assert.Equal(new Pgd { Epsilon = 0.02, StepSize = 0.005, StepCount = 1 }, steps.Pgd);
        Assert.Equal(new Pgd { Epsilon = 2.0 / 255, StepSize = 0.001, StepCount = 10, RandomStart = new RandomStart { Seed = 0 } }, random.Pgd);
    }

    /// <summary>Nothing changes, so that the peaks are one: in pixels of the changed photo, and of the photo.</summary>
    [Fact]
    public async Task Perturb_CoordinatesAfter_AreTheChangedPhotosAndMapOntoThoseBefore()
    {
        var answer = await PerturbAsync(new PerturbRequest
        {
            Model = ModelFolders.Cropped,
            Fgsm = new Fgsm { Epsilon = 0 },
            Outputs = { new MapOutput { Peak = new PeakOutput() } },
        });

        var (before, after) = (answer.Before.Map.Outputs[0].Peak.Point, answer.After.Map.Outputs[0].Peak.Point);
        var crop = answer.Before.Map.Provenance.Crop;
        Assert.Equal(before.X, crop.X + after.X * crop.Width / answer.ChangedPhoto.Size.Width, 1e-6);
        Assert.Equal(before.Y, crop.Y + after.Y * crop.Height / answer.ChangedPhoto.Size.Height, 1e-6);
        Assert.Equal(answer.ChangedPhoto.Size, answer.After.Map.Provenance.ImageSize);
        Assert.Equal(answer.ChangedPhoto.Size, answer.After.Prediction.ImageSize);
    }

    /// <summary>A map of the photo and a small one share an answer. What fits it is refused later, for a photo that breaks off.</summary>
    [Theory]
    [InlineData(6, "image.encoded")]
    [InlineData(7, "outputs")]
    public async Task Perturb_BothMapsTogether_AreBounded(int pictures, string field)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => PerturbAsync(
            new PerturbRequest { Outputs = { Enumerable.Repeat(new MapOutput { Overlay = new OverlayOutput() }, pictures) } },
            Photos.GreyBrokenOff(4000, 4000)));

        Assert.Equal((StatusCode.InvalidArgument, field), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    [Theory]
    [InlineData("""{ "fgsm": { "epsilon": -1 } }""", "fgsm.epsilon")]
    [InlineData("""{ "fgsm": { "epsilon": 2 } }""", "fgsm.epsilon")]
    [InlineData("""{ "fgsm": { "epsilon": "NaN" } }""", "fgsm.epsilon")]
    [InlineData("""{ "pgd": { "epsilon": "NaN" } }""", "pgd.epsilon")]
    [InlineData("""{ "pgd": { "epsilon": 1.5, "stepSize": -0.1 } }""", "pgd.epsilon", "pgd.step_size")]
    [InlineData("""{ "pgd": { "stepCount": 0 } }""", "pgd.step_count")]
    [InlineData("""{ "pgd": { "stepCount": 101 } }""", "pgd.step_count")]
    [InlineData("""{ "attackedClass": { "classIndex": -1 } }""", "attacked_class.class_index")]
    [InlineData("""{ "attackedClass": {}, "layer": "no" }""", "attacked_class", "layer")]
    public async Task Perturb_BadField_IsInvalidAndNamed(string request, params string[] fields)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => PerturbAsync(JsonParser.Default.Parse<PerturbRequest>(request)));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(fields, fault.Fields());
    }

    [Fact]
    public async Task Perturb_UnknownClass_IsNotFound()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => PerturbAsync(new PerturbRequest { AttackedClass = new ClassReference { Label = "unicorn" } }));

        Assert.Equal((StatusCode.NotFound, "attacked_class.label"), (fault.StatusCode, Assert.Single(fault.Fields())));
    }

    private static void AssertClose(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * expected.Max()));

    private static Image Raw(PixelBuffer pixels)
    {
        var rgb = new byte[3 * pixels.Width * pixels.Height];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = pixels.Bytes[i / 3 * PixelBuffer.Channels + i % 3];
        return new Image { Raw = new RawImage { Width = pixels.Width, Height = pixels.Height, Rgb = ByteString.CopyFrom(rgb) } };
    }

    /// <summary>The cat as the network takes it, turned back into colours from 0 to 255.</summary>
    private static int[] Resized()
    {
        using var photo = ImageDecoder.Decode(Photos.Cat, new ImageLimits());
        var halves = new[] { 0.5, 0.5, 0.5 };
        using var input = new Preprocessor(new PreprocessingSpec(null, 224, 224, Imaging.Preprocessing.Interpolation.Bicubic, halves, halves)).Prepare(photo);
        return [.. input.Values.ToArray().Select(value => (int)Math.Round((value * 0.5 + 0.5) * 255))];
    }

    private async Task<PerturbResponse> PerturbAsync(PerturbRequest request, Image? image = null)
    {
        request.Image = image ?? Photos.CatImage;
        if (request.Model.Length == 0)
            request.Model = ModelFolders.Whole;
        return await models.Server.Comparison.PerturbAsync(request, cancellationToken: Cancellation);
    }
}

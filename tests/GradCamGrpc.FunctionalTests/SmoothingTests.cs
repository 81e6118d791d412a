using Google.Protobuf;
using GradCamGrpc.Imaging;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Methods that are smoothed.</summary>
public sealed class SmoothingTests(RunningServer server)
{
    [Fact]
    public async Task Explain_EverySmoothing_HasItsOwnMapAndSaysWhichItIs()
    {
        ExplanationMethod[] methods =
        [
            GradCam(), GradCam(augmentation: true), GradCam(eigen: true), GradCam(augmentation: true, eigen: true),
            new ExplanationMethod { Saliency = new Saliency(), AugmentationSmoothing = new AugmentationSmoothing() },
            new ExplanationMethod { SmoothGrad = new SmoothGrad { SampleCount = 2, NoiseShare = 0.1, Seed = 3 }, AugmentationSmoothing = new AugmentationSmoothing() },
        ];

        var answer = await server.ExplainAsync(Request(methods));

        Assert.Equal(methods.ToHashSet(), answer.Maps.Select(map => map.Provenance.Method).ToHashSet());
        Assert.Equal(methods.Length, answer.Maps.Select(map => map.Outputs[0].Raw.Data).Distinct().Count());

        // The score is the photo's own, whatever the copies say.
        Assert.All(answer.Maps, map => Assert.Equal(answer.Prediction.Classes[0].Logit, map.Provenance.Score.Value, 1e-4));
    }

    /// <summary>A component of centred values: they sum to 0, and go with the sum of the channels.</summary>
    [Fact]
    public async Task Explain_EigenSmoothing_IsCentredAndGoesWithThePlainMap()
    {
        var answer = await server.ExplainAsync(Request(GradCam(), GradCam(eigen: true)));

        var (plain, smoothed) = (answer.Maps[0].Outputs[0].Raw.Floats(), answer.Maps[1].Outputs[0].Raw.Floats());
        Assert.Equal(0, smoothed.Sum() / smoothed.Max(), 1e-3f);
        Assert.True(plain.Zip(smoothed, (one, other) => (one - plain.Average()) * other).Sum() > 0);
    }

    /// <summary>Of the photo and of its mirror image the smoothed maps are mirror images: both have the same six copies.</summary>
    [Fact]
    public async Task Explain_AugmentationSmoothing_OfTheMirroredInputIsTheMirroredMap()
    {
        var request = Request(GradCam(augmentation: true));
        request.Targets.Add(new ClassTarget { ClassIndex = 282 });
        request.Image = Square(isMirrored: false);
        var straight = (await server.ExplainAsync(request)).Maps[0].Outputs[0].Raw.Floats();
        request.Image = Square(isMirrored: true);
        var mirrored = (await server.ExplainAsync(request)).Maps[0].Outputs[0].Raw.Floats();

        var tolerance = 1e-3f * straight.Max(Math.Abs);
        for (var i = 0; i < straight.Length; i++)
            Assert.Equal(straight[i], mirrored[i / 7 * 7 + 6 - i % 7], tolerance);
    }

    [Theory]
    [InlineData("eigen_cam", "is a principal component already")]
    [InlineData("eigen_grad_cam", "is a principal component already")]
    [InlineData("saliency", "takes no sum over a layer's channels")]
    [InlineData("guided_grad_cam", "takes no sum over a layer's channels")]
    [InlineData("occlusion", "takes no sum over a layer's channels")]
    public async Task Explain_EigenSmoothingOfAMethodWithoutASum_IsInvalidAndSaysWhy(string name, string reason)
    {
        var method = new ExplanationMethod { ChannelReduction = ChannelReduction.PrincipalComponent, AugmentationSmoothing = new AugmentationSmoothing() };
        var field = ExplanationMethod.Descriptor.FindFieldByName(name);
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(ByteString.Empty));

        var fault = await server.FailAsync(Request(GradCam(), method));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["methods[1].channel_reduction"], fault.Fields());
        Assert.Contains(reason, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_SmoothedMethodThatTheLayerCannotHave_IsInvalid()
    {
        var request = Request(new ExplanationMethod { Cam = new Cam(), AugmentationSmoothing = new AugmentationSmoothing(), ChannelReduction = ChannelReduction.PrincipalComponent });
        request.Layers.Add("blocks.4.2");

        var fault = await server.FailAsync(request);

        Assert.Equal(["methods[0]"], fault.Fields());
        Assert.Contains("cam with eigen smoothing with augmentation smoothing needs a layer that only", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_SameMethodTwice_IsInvalidOnlyWithTheSameOptions()
    {
        var twice = await server.FailAsync(Request(GradCam(eigen: true), GradCam(), GradCam(eigen: true)));
        var differently = await server.ExplainAsync(Request(
            new ExplanationMethod { IntegratedGradients = new IntegratedGradients { StepCount = 1 } },
            new ExplanationMethod { IntegratedGradients = new IntegratedGradients { StepCount = 2 } }));

        Assert.Equal(["methods[2]"], twice.Fields());
        Assert.Contains("twice", twice.Status.Detail, StringComparison.Ordinal);
        Assert.Equal([1, 2], differently.Maps.Select(map => map.Provenance.Method.IntegratedGradients.StepCount));
    }

    /// <summary>The middle of the cat's photo: as wide as it is high, its crop is in the middle to the pixel.</summary>
    private static Image Square(bool isMirrored)
    {
        using var whole = Photos.Decode(ByteString.CopyFrom(Photos.Cat));
        var (side, left) = (whole.Height, (whole.Width - whole.Height) / 2);
        var rgb = new byte[side * side * 3];
        for (var i = 0; i < side * side; i++)
        {
            var x = isMirrored ? side - 1 - i % side : i % side;
            whole.Row(i / side).Slice(PixelBuffer.Channels * (left + x), 3).CopyTo(rgb.AsSpan(3 * i));
        }
        return new Image { Raw = new RawImage { Width = side, Height = side, Rgb = ByteString.CopyFrom(rgb) } };
    }

    private static ClassificationServiceExplainRequest Request(params ExplanationMethod[] methods) => new()
    {
        Image = Photos.CatImage,
        Methods = { methods },
        Outputs = { new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } } },
    };

    private static ExplanationMethod GradCam(bool augmentation = false, bool eigen = false) =>
        new() { GradCam = new GradCam(), AugmentationSmoothing = augmentation ? new AugmentationSmoothing() : null, ChannelReduction = eigen ? ChannelReduction.PrincipalComponent : ChannelReduction.Unspecified };
}

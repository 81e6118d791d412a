using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Request = GradCamGrpc.Protos.V1.VideoServiceExplainRequest;
using Response = GradCamGrpc.Protos.V1.VideoServiceExplainResponse;

namespace GradCamGrpc.FunctionalTests;

public sealed class VideoTests(RunningServer server)
{
    private const int Side = 256;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_Frames_HaveTheAnswerOfExplain()
    {
        var frames = Enumerable.Range(0, 4).Select(i => Frame(40 * i, Cat(10 * i))).ToArray();

        var results = await SendAsync(new VideoSettings { ClassHysteresis = new ClassHysteresis { FrameCount = 1, Margin = 0 } }, frames);

        Assert.Equal(frames.Length, results.Count);
        for (var i = 0; i < frames.Length; i++)
        {
            var alone = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = frames[i].Image });
            var explained = results[i].Explained;
            Assert.Equal((i, 40 * i), (results[i].FrameIndex, results[i].Timestamp.ToTimeSpan().TotalMilliseconds));
            Assert.Equal(alone.Prediction.Classes[0].ClassIndex, explained.Prediction.Classes[0].ClassIndex);
            Assert.Null(explained.KeyframeTimestamp);
            var map = Assert.Single(explained.Maps);
            Assert.Equal(alone.Maps[0].Provenance.Score.ExplainedClass, map.Provenance.Score.ExplainedClass);
            var expected = alone.Maps[0].Outputs[0].Raw.Floats();
            Assert.InRange(Worst(expected, map), 0, 1e-3 * expected.Max() + 1e-9);
        }
        Assert.Equal(1, results[0].Explained.Difference);
        Assert.All(results.Skip(1), result => Assert.InRange(result.Explained.Difference, 1e-3, 0.5));
    }

    /// <summary>Frames a thirtieth of a second apart: 0.25 * second + 0.75 * first, before the ReLU.</summary>
    [Fact]
    public async Task Explain_Smoothing_MixesMapsAndStartsAnewOnMotion()
    {
        var settings = new VideoSettings { SmoothingFactor = 0.25, MotionThreshold = 0.9, Request = Signed(282) };
        Image[] pictures = [Cat(0), Cat(60)];
        var alone = new List<float[]>();
        foreach (var picture in pictures)
        {
            var question = Signed(282);
            question.Image = picture;
            alone.Add((await server.ExplainAsync(question)).Maps[0].Outputs[0].Raw.Floats());
        }
        var mixed = alone[0].Zip(alone[1], (first, second) => 0.75f * first + 0.25f * second).ToArray();
        VideoFrame[] frames = [Frame(0, pictures[0]), new VideoFrame { Image = pictures[1], Timestamp = new Duration { Nanos = 33_333_300 } }];

        var smoothed = await SendAsync(settings, frames);
        settings.MotionThreshold = 0;
        var restarted = await SendAsync(settings, frames);

        var tolerance = 1e-3 * alone.Max(map => map.Max(Math.Abs));
        Assert.Equal([true, false], smoothed.Select(result => result.Explained.SmoothingRestarted));
        Assert.InRange(Worst(mixed, smoothed[1].Explained.Maps[0]), 0, tolerance);
        Assert.Equal([true, true], restarted.Select(result => result.Explained.SmoothingRestarted));
        Assert.InRange(Worst(alone[1], restarted[1].Explained.Maps[0]), 0, tolerance);
        Assert.True(Worst(mixed, restarted[1].Explained.Maps[0]) > 10 * tolerance);
    }

    /// <summary>A thirtieth of a second apart, as above; the maps of the two are of different sizes, and neither sees the other.</summary>
    [Fact]
    public async Task Explain_SmoothingOfTwoLayers_EachIsMixedByItself()
    {
        string[] layers = ["bn2", "blocks.4.2"];
        var question = Signed(282);
        question.Layers.AddRange(layers);
        Image[] pictures = [Cat(0), Cat(60)];
        VideoFrame[] frames = [Frame(0, pictures[0]), new VideoFrame { Image = pictures[1], Timestamp = new Duration { Nanos = 33_333_300 } }];

        var mixed = await SendAsync(new VideoSettings { SmoothingFactor = 0.25, MotionThreshold = 1, Request = question }, frames);

        var alone = await SendAsync(new VideoSettings { Request = question }, frames);
        foreach (var layer in layers)
        {
            var (first, second) = (MapAt(alone[0]).Outputs[0].Raw.Floats(), MapAt(alone[1]).Outputs[0].Raw.Floats());
            var expected = first.Zip(second, (before, now) => 0.75f * before + 0.25f * now).ToArray();
            Assert.InRange(Worst(expected, MapAt(mixed[1])), 0, 1e-3 * expected.Max(Math.Abs));

            SaliencyMap MapAt(VideoFrameResult frame) => frame.Explained.Maps.Single(map => map.Provenance.Layers.SequenceEqual([layer]));
        }
    }

    /// <summary>The class of the astronaut leads in three frames before it is explained.</summary>
    [Fact]
    public async Task Explain_AnotherClassLeads_IsExplainedInTheThirdFrame()
    {
        var (cat, astronaut) = (Cat(0), Square(Path.Combine(Path.GetDirectoryName(Photos.CatPath)!, "astronaut.png"), 100));

        var results = await SendAsync(new VideoSettings(), [.. new[] { cat, astronaut, astronaut, astronaut }.Select((picture, i) => Frame(40 * i, picture))]);

        var classes = results.Select(result => result.Explained.Prediction.Classes[0].ClassIndex).ToArray();
        Assert.NotEqual(classes[0], classes[1]);
        Assert.Equal(
            [classes[0], classes[0], classes[0], classes[1]],
            results.Select(result => result.Explained.Maps[0].Provenance.Score.ExplainedClass.ClassIndex));
    }

    /// <summary>Each frame takes all pixels that may be in flight, and gives them back.</summary>
    [Fact]
    public async Task Explain_FramesOfTheWholePixelBudget_AreExplainedOneAfterTheOther()
    {
        await using var small = new RunningServer(options => options with { Images = options.Images with { MaxPixelsInFlight = Side * Side } });
        await small.InitializeAsync();
        var settings = new VideoSettings { FrameDeadline = Duration.FromTimeSpan(TimeSpan.FromSeconds(30)) };

        var results = await new VideoTests(small).SendAsync(settings, [.. Enumerable.Range(0, 3).Select(i => Frame(40 * i, Cat(i)))]);

        Assert.All(results, result => Assert.NotNull(result.Explained));
    }

    [Fact]
    public async Task Explain_Keyframes_TheNetworkSeesFramesThatChangedAndAnswersSaySo()
    {
        Image[] pictures = [Cat(0), Cat(0), Cat(120), Cat(120)];

        var results = await SendAsync(new VideoSettings { KeyframeThreshold = 0.01 }, [.. pictures.Select((picture, i) => Frame(40 * i, picture))]);

        Assert.Equal([null, 0, null, 80], results.Select(result => result.Explained.KeyframeTimestamp?.ToTimeSpan().TotalMilliseconds));
        Assert.Equal(results[0].Explained.Prediction, results[1].Explained.Prediction);
        Assert.Equal(results[0].Explained.Maps[0].Outputs, results[1].Explained.Maps[0].Outputs);
        Assert.Equal(0, results[1].Explained.Difference);
        Assert.NotEqual(results[0].Explained.Maps[0].Outputs, results[2].Explained.Maps[0].Outputs);
    }

    [Fact]
    public async Task Explain_KeyframesOfNoDifference_ReuseTheMapForTheSamePictureAlone()
    {
        Image[] pictures = [Cat(0), Cat(0), Cat(1)];

        var results = await SendAsync(new VideoSettings { KeyframeThreshold = 0 }, [.. pictures.Select((picture, i) => Frame(40 * i, picture))]);

        Assert.Equal([null, 0, null], results.Select(result => result.Explained.KeyframeTimestamp?.ToTimeSpan().TotalMilliseconds));
    }

    /// <summary>What differs is told from the frame that the network saw, so that a slow change is seen once it is large enough.</summary>
    [Fact]
    public async Task Explain_PictureChangesLittleByLittle_TheNetworkSeesItAgain()
    {
        Image[] pictures = [.. Enumerable.Range(0, 5).Select(i => Cat(4 * i))];
        var settings = new VideoSettings { KeyframeThreshold = 1 };
        var differences = (await SendAsync(settings, [.. pictures.Select((picture, i) => Frame(40 * i, picture))])).Select(result => result.Explained.Difference).ToArray();
        Assert.InRange(differences[2], differences[1], 0.9 * differences[3]);
        settings.KeyframeThreshold = (differences[2] + differences[3]) / 2;

        var results = await SendAsync(settings, [.. pictures.Select((picture, i) => Frame(40 * i, picture))]);

        Assert.Equal([null, 0, 0, null], results.Take(4).Select(result => result.Explained.KeyframeTimestamp?.ToTimeSpan().TotalMilliseconds));
    }

    [Fact]
    public async Task Explain_RawFrames_AreExplainedByTheirOverlays()
    {
        var raw = new RawImage { Width = 64, Height = 48, Rgb = ByteString.CopyFrom(Enumerable.Range(0, 64 * 48 * 3).Select(i => (byte)(i * 7)).ToArray()) };
        var settings = new VideoSettings
        {
            Request = new ClassificationServiceExplainRequest { Outputs = { new MapOutput { Overlay = new OverlayOutput() } } },
            Policy = FramePolicy.EveryNth,
            FrameStep = 2,
        };

        var results = await SendAsync(settings, [.. Enumerable.Range(0, 3).Select(i => Frame(i, new Image { Raw = raw }))]);

        var explained = results.Where(result => result.Explained is not null).ToArray();
        Assert.Equal([0, 2], explained.Select(result => result.FrameIndex));
        Assert.Equal(UnansweredReason.Skipped, results.Single(result => result.FrameIndex == 1).UnansweredReason);
        var overlay = explained[0].Explained.Maps[0].Outputs[0].Image;
        Assert.Equal((64, 48), (overlay.Size.Width, overlay.Size.Height));
    }

    [Fact]
    public async Task Explain_LatestWins_EveryFrameHasOneAnswerAndNoneIsStale()
    {
        var deadline = TimeSpan.FromSeconds(10);
        var settings = new VideoSettings { Policy = FramePolicy.LatestWins, FrameDeadline = Duration.FromTimeSpan(deadline) };
        var picture = Cat(0);

        var results = await SendAsync(settings, [.. Enumerable.Range(0, 60).Select(i => Frame(i, picture))]);

        Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), results.Select(result => result.FrameIndex).Order());
        Assert.Contains(results, result => result.UnansweredReason is UnansweredReason.Dropped);
        var explained = results.Where(result => result.Explained is not null).ToArray();
        Assert.Equal(59, explained[^1].FrameIndex);
        Assert.All(explained, result => Assert.InRange(result.Explained.Latency.ToTimeSpan(), TimeSpan.Zero, deadline));
    }

    [Fact]
    public async Task Explain_DeadlineThatCannotBeMet_IsExpired()
    {
        var slow = new ClassificationServiceExplainRequest { Methods = { new ExplanationMethod { SmoothGrad = new SmoothGrad { SampleCount = 1000 } } } };

        var results = await SendAsync(
            new VideoSettings { Request = slow, FrameDeadline = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)) }, [Frame(0, Cat(0))]);

        Assert.Equal(UnansweredReason.Expired, Assert.Single(results).UnansweredReason);
    }

    [Fact]
    public async Task Explain_BadFrames_HaveTheFieldAndTheOthersAreAnswered()
    {
        var damaged = Frame(1, new Image { Encoded = ByteString.CopyFrom([0x89, .. "PNG and no more"u8]) });
        var png = new Image { Encoded = ByteString.CopyFrom(Photos.Cat) };

        var results = await SendAsync(
            new VideoSettings(),
            [Frame(0, Cat(0)), damaged, Frame(2, png), new VideoFrame { Image = Cat(0) }, Frame(0, Cat(0)), Frame(3, Cat(0))]);

        Assert.Equal(
            [[], ["image.encoded"], ["image"], ["timestamp"], ["timestamp"], []],
            results.OrderBy(result => result.FrameIndex).Select(result => Fields(result.Status)));
        Assert.Equal([0, 5], results.Where(result => result.Explained is not null).Select(result => result.FrameIndex));
    }

    [Fact]
    public async Task Explain_WrongSettings_NameEveryFieldAndRightOnesMayFollow()
    {
        var wrong = new VideoSettings
        {
            Request = new ClassificationServiceExplainRequest { Image = Cat(0), Layers = { "nowhere" }, Targets = { new ClassTarget { ClassIndex = 1 } } },
            Policy = (FramePolicy)9,
            FrameDeadline = new Duration(),
            ClassHysteresis = new ClassHysteresis { Margin = 2 },
            SmoothingFactor = double.NaN,
            MotionThreshold = -1,
            KeyframeThreshold = 1.5,
        };

        var responses = await SendAsync(
            [new Request { Settings = wrong }, new Request { Frame = Frame(0, Cat(0)) }, new Request { Settings = new VideoSettings() }, new Request { Frame = Frame(0, Cat(0)) }]);

        Assert.Equal(
            [
                "settings.policy", "settings.frame_deadline", "settings.class_hysteresis.margin", "settings.class_hysteresis",
                "settings.smoothing_factor", "settings.motion_threshold", "settings.keyframe_threshold", "settings.request.image",
            ],
            Fields(responses[0].SettingsStatus));
        Assert.Equal(["settings"], Fields(responses[1].Frame.Status));
        Assert.Equal(0, responses[2].SettingsStatus.Code);
        Assert.NotNull(responses[3].Frame.Explained);
    }

    [Fact]
    public async Task Explain_SmoothingFactorThatWouldKeepTheFirstMap_IsRefused() => Assert.Equal(
        ["settings.smoothing_factor"],
        Fields((await SendAsync([new Request { Settings = new VideoSettings { SmoothingFactor = 0 } }]))[0].SettingsStatus));

    [Fact]
    public async Task Explain_TheClientLeaves_TheServerGoesOn()
    {
        using (var call = server.Video.Explain(cancellationToken: Cancellation))
        {
            for (var i = 0; i < 3; i++)
                await call.RequestStream.WriteAsync(new Request { Frame = Frame(i, Cat(0)) }, Cancellation);
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        }

        Assert.NotNull(Assert.Single(await SendAsync(new VideoSettings(), [Frame(0, Cat(0))])).Explained);
    }

    private static ClassificationServiceExplainRequest Signed(int index) => new()
    {
        Targets = { new ClassTarget { ClassIndex = index } },
        Outputs = { new MapOutput { Raw = new RawMapOutput { Values = MapValues.Signed } } },
    };

    /// <summary>A square of the cat, from a column on, as JPEG.</summary>
    private static Image Cat(int column) => Square(Photos.CatPath, column);

    private static Image Square(string file, int column)
    {
        using var whole = Photos.Decode(ByteString.CopyFrom(File.ReadAllBytes(file)));
        using var cut = new PixelBuffer(Side, Side);
        for (var y = 0; y < Side; y++)
            whole.Row(y).Slice(PixelBuffer.Channels * column, PixelBuffer.Channels * Side).CopyTo(cut.Row(y));
        return new Image { Encoded = ByteString.CopyFrom(PictureEncoder.Encode(cut, PictureFormat.Jpeg, 95)) };
    }

    private static VideoFrame Frame(double milliseconds, Image image) =>
        new() { Timestamp = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds)), Image = image };

    private static double Worst(float[] expected, SaliencyMap map) => expected.Zip(map.Outputs[0].Raw.Floats(), (a, b) => Math.Abs(a - b)).Max();

    private static string[] Fields(ItemStatus? status) =>
    [
        .. status?.Details.Where(detail => detail.Is(Google.Rpc.BadRequest.Descriptor))
            .SelectMany(detail => detail.Unpack<Google.Rpc.BadRequest>().FieldViolations.Select(violation => violation.Field)) ?? [],
    ];

    private async Task<IReadOnlyList<VideoFrameResult>> SendAsync(VideoSettings settings, VideoFrame[] frames)
    {
        var responses = await SendAsync([new Request { Settings = settings }, .. frames.Select(frame => new Request { Frame = frame })]);
        Assert.Equal("", responses[0].SettingsStatus.Message);
        return [.. responses.Skip(1).Select(response => response.Frame)];
    }

    private async Task<IReadOnlyList<Response>> SendAsync(Request[] requests)
    {
        using var call = server.Video.Explain(cancellationToken: Cancellation);
        var reading = call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        foreach (var request in requests)
            await call.RequestStream.WriteAsync(request, Cancellation);
        await call.RequestStream.CompleteAsync();
        return await reading;
    }
}

using Google.Protobuf;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Boxes, masks and peaks of maps.</summary>
public sealed class LocationTests(RunningServer server)
{
    private static readonly MapOutput Largest = new() { Boxes = new BoxesOutput() };
    private static readonly MapOutput Peak = new() { Peak = new PeakOutput() };
    private static readonly MapOutput OnPhoto = new() { Raw = new RawMapOutput { Grid = MapGrid.Image } };
    private static readonly MapOutput OnInput = new() { Raw = new RawMapOutput { Grid = MapGrid.Input } };

    [Fact]
    public async Task Explain_CatsBox_LiesWithinTheCropAndHoldsThePeak()
    {
        var map = await MapAsync(Photos.CatImage, Largest, Peak);

        var crop = map.Provenance.Crop;
        var box = Assert.Single(map.Outputs[0].Boxes.Boxes);
        var rectangle = box.Rectangle;
        Assert.InRange(rectangle.X, crop.X, crop.X + crop.Width);
        Assert.InRange(rectangle.X + rectangle.Width, rectangle.X, crop.X + crop.Width + 1e-9);
        Assert.InRange(rectangle.Y, crop.Y, crop.Y + crop.Height);
        Assert.InRange(rectangle.Y + rectangle.Height, rectangle.Y, crop.Y + crop.Height + 1e-9);
        var peak = map.Outputs[1].Peak;
        Assert.InRange(peak.Point.X, rectangle.X, rectangle.X + rectangle.Width);
        Assert.InRange(peak.Point.Y, rectangle.Y, rectangle.Y + rectangle.Height);
        Assert.InRange(box.EnergyShare, 0.5, 1);
        Assert.InRange(box.PixelCount, 1, 224 * 224);
    }

    /// <summary>The peak is the largest number of the map's own grid, its centre placed by hand: a position is 262.5 / 7 pixels of the photo.</summary>
    [Fact]
    public async Task Explain_Peak_IsWhereTheMapsOwnNumbersAreLargest()
    {
        var map = await MapAsync(Photos.CatImage, new MapOutput { Raw = new RawMapOutput() }, Peak);

        var values = map.Outputs[0].Raw.Floats();
        var largest = Array.IndexOf(values, values.Max());
        var (peak, crop) = (map.Outputs[1].Peak, map.Provenance.Crop);
        Assert.Equal(values[largest], peak.Value);
        Assert.Equal(crop.X + (largest % 7 + 0.5) * crop.Width / 7, peak.Point.X, 1e-9);
        Assert.Equal(crop.Y + (largest / 7 + 0.5) * crop.Height / 7, peak.Point.Y, 1e-9);
    }

    /// <summary>A box at several shares, computed here from the numbers on the network's input.</summary>
    [Theory]
    [InlineData(0.15)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public async Task Explain_LargestBox_IsThatOfTheInputsNumbers(double threshold)
    {
        var map = await MapAsync(Photos.CatImage, OnInput, new MapOutput { Boxes = new BoxesOutput { Threshold = threshold } });

        var values = map.Outputs[0].Raw.Floats();
        var region = ConnectedComponents.Find(Localizer.Mask(values, 224, threshold))[0];
        var crop = map.Provenance.Crop;
        var box = Assert.Single(map.Outputs[1].Boxes.Boxes);
        Assert.Equal(region.PixelCount, box.PixelCount);
        Assert.Equal(crop.X + region.Box.Left * crop.Width / 224, box.Rectangle.X, 1e-9);
        Assert.Equal(crop.Y + region.Box.Top * crop.Height / 224, box.Rectangle.Y, 1e-9);
        Assert.Equal(region.Box.Width * crop.Width / 224, box.Rectangle.Width, 1e-9);
        Assert.Equal(region.Box.Height * crop.Height / 224, box.Rectangle.Height, 1e-9);
        Assert.Equal(HeatEnergy.ShareInside(values, 224, [region.Box]), box.EnergyShare, 1e-9);
    }

    [Fact]
    public async Task Explain_AllBoxes_ComeFromTheLargestRegionOn()
    {
        var question = Question(
            Photos.CatImage, Largest, new MapOutput { Boxes = new BoxesOutput { Selection = BoxSelection.All, Threshold = 0.5 } });
        question.Methods.Add(new ExplanationMethod { Saliency = new Saliency() });

        var outputs = (await server.ExplainAsync(question)).Maps.Single().Outputs;

        Assert.Single(outputs[0].Boxes.Boxes);
        Assert.True(outputs[0].Boxes.RegionCount > 1);
        var all = outputs[1].Boxes;
        Assert.InRange(all.Boxes.Count, 2, 1000);
        Assert.Equal(all.RegionCount, all.Boxes.Count);
        Assert.Equal(all.Boxes.Select(box => box.PixelCount).OrderDescending(), all.Boxes.Select(box => box.PixelCount));
    }

    /// <summary>A map of dots has more regions than a thousand: as many boxes, and the number of them all.</summary>
    [Fact]
    public async Task Explain_VeryManyRegions_HasAThousandBoxesAndSaysHowManyThereAre()
    {
        var question = Question(Photos.CatImage, new MapOutput { Boxes = new BoxesOutput { Selection = BoxSelection.All, Threshold = 0.05 } });
        question.Methods.Add(new ExplanationMethod { Saliency = new Saliency() });

        var boxes = (await server.ExplainAsync(question)).Maps.Single().Outputs[0].Boxes;

        Assert.Equal(1000, boxes.Boxes.Count);
        Assert.True(boxes.RegionCount > 1000);
    }

    [Fact]
    public async Task Explain_PhotoOfTwiceTheSize_HasTheBoxAndPeakOfTwiceTheSize()
    {
        var once = await MapAsync(Photos.CatImage, Largest, Peak);
        var twice = await MapAsync(TwiceTheCat(), Largest, Peak);

        var (small, large) = (once.Outputs[0].Boxes.Boxes[0].Rectangle, twice.Outputs[0].Boxes.Boxes[0].Rectangle);
        Assert.Equal(902, twice.Provenance.ImageSize.Width);
        Assert.Equal(2 * small.X, large.X, tolerance: 4);
        Assert.Equal(2 * small.Y, large.Y, tolerance: 4);
        Assert.Equal(2 * small.Width, large.Width, tolerance: 4);
        Assert.Equal(2 * small.Height, large.Height, tolerance: 4);
        Assert.Equal(2 * once.Outputs[1].Peak.Point.X, twice.Outputs[1].Peak.Point.X, tolerance: 2);
        Assert.Equal(2 * once.Outputs[1].Peak.Point.Y, twice.Outputs[1].Peak.Point.Y, tolerance: 2);
    }

    [Theory]
    [InlineData(0.15)]
    [InlineData(0.6)]
    [InlineData(0.0)]
    public async Task Explain_Mask_IsWhatReachesTheShareOfTheNumbersMaximum(double threshold)
    {
        var map = await MapAsync(Photos.CatImage, OnPhoto, new MapOutput { Mask = new MaskOutput { Threshold = threshold } });

        var values = map.Outputs[0].Raw.Floats();
        var least = (float)(threshold * values.Max());
        var image = map.Outputs[1].Image;
        Assert.Equal((ImageFormat.Png, new PixelSize { Width = 451, Height = 300 }), (image.Format, image.Size));
        Assert.Equal(values.Select(value => value > 0 && value >= least ? (byte)255 : (byte)0), Levels(image));
    }

    [Fact]
    public async Task Explain_MaskAsRunLengths_IsTheMaskOfThePng()
    {
        var map = await MapAsync(
            Photos.CatImage,
            new MapOutput { Mask = new MaskOutput() },
            new MapOutput { Mask = new MaskOutput { Format = MaskFormat.CocoRle, Threshold = 0.15 } });

        var written = map.Outputs[1].RunLengthMask;
        Assert.Equal(new PixelSize { Width = 451, Height = 300 }, written.Size);
        var mask = CocoMask(written);
        var levels = Levels(map.Outputs[0].Image);
        Assert.Contains(true, mask);
        Assert.Equal(levels.Select(level => level == 255), mask);
    }

    [Fact]
    public async Task Explain_GradedMask_IsTheScaledNumbersInLevels()
    {
        var map = await MapAsync(
            Photos.CatImage,
            new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image, Values = MapValues.Scaled } },
            new MapOutput { GradedMask = new GradedMaskOutput() });

        var values = map.Outputs[0].Raw.Floats();
        var levels = Levels(map.Outputs[1].Image);
        Assert.Equal(255, levels.Max());
        for (var i = 0; i < values.Length; i++)
            Assert.InRange(levels[i] - 255 * values[i], -0.51, 0.51);
    }

    /// <summary>Some class of a thousand has nothing for it on a grey image; its map says so in every form.</summary>
    [Fact]
    public async Task Explain_AllZeroMap_HasNoBoxNoMaskAndNoPeak()
    {
        MapOutput[] outputs =
        [
            new() { Boxes = new BoxesOutput { Selection = BoxSelection.All, Threshold = 0 } }, Peak,
            new() { Mask = new MaskOutput { Threshold = 0 } },
            new() { Mask = new MaskOutput { Threshold = 0, Format = MaskFormat.CocoRle } },
            new() { GradedMask = new GradedMaskOutput() },
        ];
        var question = Question(new Image { Encoded = ByteString.CopyFrom(Photos.Grey(300, 200)) }, outputs);
        question.Targets.Add(Enumerable.Range(0, 64).Select(i => new ClassTarget { ClassIndex = i }));

        var maps = (await server.ExplainAsync(question)).Maps.Where(map => map.AllZero).ToArray();

        Assert.NotEmpty(maps);
        Assert.All(maps, map =>
        {
            Assert.Empty(map.Outputs[0].Boxes.Boxes);
            Assert.Equal(0, map.Outputs[0].Boxes.RegionCount);
            Assert.Equal(RenderedMap.FormOneofCase.Peak, map.Outputs[1].FormCase);
            Assert.Null(map.Outputs[1].Peak.Point);
            Assert.Equal(0, map.Outputs[1].Peak.Value);
            Assert.All(Levels(map.Outputs[2].Image), level => Assert.Equal(0, level));
            Assert.DoesNotContain(true, CocoMask(map.Outputs[3].RunLengthMask));
            Assert.All(Levels(map.Outputs[4].Image), level => Assert.Equal(0, level));
        });
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public async Task Explain_BadThresholdAndUnknownValues_AreInvalid(double threshold)
    {
        var fault = await server.FailAsync(Question(
            Photos.CatImage,
            new MapOutput { Boxes = new BoxesOutput { Threshold = threshold, Selection = (BoxSelection)9 } },
            new MapOutput { Mask = new MaskOutput { Threshold = threshold, Format = (MaskFormat)9 } }));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(
            ["outputs[0].boxes.threshold", "outputs[0].boxes.selection", "outputs[1].mask.threshold", "outputs[1].mask.format"], fault.Fields());
    }

    /// <summary>Masks are pictures: eight of 16 million pixels are more than fit a message. Boxes and peaks cost nothing.</summary>
    [Fact]
    public async Task Explain_MasksThatFitNoMessage_AreInvalidAndBoxesAreNot()
    {
        var photo = new Image { Encoded = ByteString.CopyFrom(Photos.Grey(4000, 4000)) };
        MapOutput[] masks =
        [
            .. Enumerable.Repeat(new MapOutput { Mask = new MaskOutput() }, 3),
            .. Enumerable.Repeat(new MapOutput { Mask = new MaskOutput { Format = MaskFormat.CocoRle } }, 3),
            .. Enumerable.Repeat(new MapOutput { GradedMask = new GradedMaskOutput() }, 2),
        ];

        var fault = await server.FailAsync(Question(photo, masks));
        var boxes = await MapAsync(photo, [.. Enumerable.Repeat(Largest, 4), .. Enumerable.Repeat(Peak, 4)]);

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["outputs"], fault.Fields());
        Assert.Equal(8, boxes.Outputs.Count);
    }

    private static ClassificationServiceExplainRequest Question(Image photo, params MapOutput[] outputs) => new() { Image = photo, Outputs = { outputs } };

    private async Task<SaliencyMap> MapAsync(Image photo, params MapOutput[] outputs) =>
        (await server.ExplainAsync(Question(photo, outputs))).Maps.Single();

    /// <summary>The values of a picture of one channel.</summary>
    private static byte[] Levels(EncodedImage image)
    {
        using var pixels = Photos.Decode(image.Data);
        return [.. pixels.Bytes.ToArray().Where((_, i) => i % PixelBuffer.Channels == 0)];
    }

    /// <summary>
    /// A mask by COCO's definition, written without the server's code: six bits a character, five of a signed number and one that says
    /// whether more follow; from the fourth number on a difference to the one before the last; runs down the columns.
    /// </summary>
    private static bool[] CocoMask(RunLengthMask mask)
    {
        var counts = new List<int>();
        for (var at = 0; at < mask.Counts.Length;)
        {
            var (number, shift, character) = (0, 0, 0x20);
            while ((character & 0x20) != 0)
            {
                character = mask.Counts[at++] - 48;
                number |= (character & 0x1f) << shift;
                shift += 5;
            }
            if ((character & 0x10) != 0)
                number |= -1 << shift;
            counts.Add(counts.Count > 2 ? number + counts[^2] : number);
        }
        var columns = counts.SelectMany((count, i) => Enumerable.Repeat(i % 2 == 1, count)).ToArray();
        Assert.Equal(mask.Size.Width * mask.Size.Height, columns.Length);
        return [.. Enumerable.Range(0, columns.Length).Select(i => columns[i % mask.Size.Width * mask.Size.Height + i / mask.Size.Width])];
    }

    /// <summary>The cat with every pixel four times.</summary>
    private static Image TwiceTheCat()
    {
        using var once = Photos.Decode(ByteString.CopyFrom(Photos.Cat));
        using var twice = new PixelBuffer(2 * once.Width, 2 * once.Height);
        for (var y = 0; y < twice.Height; y++)
        {
            for (var x = 0; x < twice.Width; x++)
                once.Row(y / 2).Slice(x / 2 * PixelBuffer.Channels, PixelBuffer.Channels).CopyTo(twice.Row(y)[(x * PixelBuffer.Channels)..]);
        }
        return new Image { Encoded = ByteString.CopyFrom(PictureEncoder.Encode(twice, PictureFormat.Png, 100)) };
    }
}

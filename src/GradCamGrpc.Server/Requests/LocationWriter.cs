using Google.Protobuf;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Requests;

/// <summary>Writes where on its photo a map is warm: boxes, masks, the peak.</summary>
internal static class LocationWriter
{
    /// <summary>A map of dots has thousands of regions.</summary>
    private const int MaxBoxes = 1000;

    /// <param name="output">The form.</param>
    /// <param name="heat">The map, signed.</param>
    /// <param name="photo">Its photo.</param>
    public static RenderedMap Write(OutputForm output, HeatGrid heat, Photo photo) => output switch
    {
        OutputForm.Boxes boxes => new RenderedMap { Boxes = Boxes(boxes, heat, photo) },
        OutputForm.Peak => new RenderedMap { Peak = Peak(heat, photo) },
        OutputForm.Mask { Format: MaskFormat.CocoRle } mask => new RenderedMap { RunLengthMask = RunLengthMask(Mask(mask, heat, photo)) },
        OutputForm.Mask mask => new RenderedMap { Image = Encode(Mask(mask, heat, photo)) },
        OutputForm.GradedMask => new RenderedMap { Image = Encode(HeatPainter.Graded(heat, photo.Width, photo.Height, photo.Input.Crop)) },
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, "unknown form"),
    };

    /// <summary>A picture of one channel.</summary>
    public static EncodedImage Encode(GreyImage image) => new()
    {
        Format = ImageFormat.Png,
        Size = new PixelSize { Width = image.Width, Height = image.Height },
        Data = UnsafeByteOperations.UnsafeWrap(PictureEncoder.EncodeGrey(image)),
    };

    private static MapBoxes Boxes(OutputForm.Boxes form, HeatGrid heat, Photo photo)
    {
        var (width, height) = (photo.Input.Width, photo.Input.Height);
        var values = heat.Rectified().Placed(width, height, new CropRectangle(0, 0, width, height)).Values.Span;
        var regions = ConnectedComponents.Find(Localizer.Mask(values, width, form.Threshold));
        var chosen = regions.Take(form.Selection is BoxSelection.All ? MaxBoxes : 1).ToArray();
        var shares = HeatEnergy.ShareOfEach(values, width, [.. chosen.Select(region => region.Box)]);
        return new MapBoxes
        {
            RegionCount = regions.Count,
            Boxes =
            {
                chosen.Zip(shares, (region, share) => new MapBox
                {
                    Rectangle = OnPhoto(region.Box, photo),
                    PixelCount = region.PixelCount,
                    EnergyShare = share,
                }),
            },
        };
    }

    /// <summary>A box on the network's input, on the photo.</summary>
    private static PixelRectangle OnPhoto(BoundingBox box, Photo photo)
    {
        var crop = photo.Input.Crop;
        var (across, down) = (crop.Width / photo.Input.Width, crop.Height / photo.Input.Height);
        return new PixelRectangle
        {
            X = crop.X + box.Left * across,
            Y = crop.Y + box.Top * down,
            Width = box.Width * across,
            Height = box.Height * down,
        };
    }

    private static MapPeak Peak(HeatGrid heat, Photo photo)
    {
        if (PointingGame.Peak(heat.Values.Span, heat.Width) is not { } peak)
            return new MapPeak();
        var crop = photo.Input.Crop;
        return new MapPeak
        {
            Point = new PixelPoint
            {
                X = crop.X + (peak.Column + 0.5) * crop.Width / heat.Width,
                Y = crop.Y + (peak.Row + 0.5) * crop.Height / heat.Height,
            },
            Value = heat.Values.Span[peak.Row * heat.Width + peak.Column],
        };
    }

    private static BinaryMask Mask(OutputForm.Mask form, HeatGrid heat, Photo photo)
    {
        var placed = new PlacedHeat(heat, photo.Width, photo.Height, photo.Input.Crop);
        var threshold = Localizer.Threshold(placed.Maximum, form.Threshold);
        var pixels = new bool[photo.Width * photo.Height];
        for (var y = 0; y < photo.Height; y++)
        {
            var row = placed.Row(y).Span;
            for (var x = 0; x < row.Length; x++)
                pixels[y * photo.Width + x] = row[x] >= threshold;
        }
        return new BinaryMask(photo.Width, pixels);
    }

    private static EncodedImage Encode(BinaryMask mask)
    {
        var levels = new byte[mask.Pixels.Length];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = mask.Pixels[i] ? byte.MaxValue : byte.MinValue;
        return Encode(new GreyImage(mask.Width, mask.Height, levels));
    }

    private static RunLengthMask RunLengthMask(BinaryMask mask) => new()
    {
        Size = new PixelSize { Width = mask.Width, Height = mask.Height },
        Counts = RunLengthText.Write(RunLengths.Encode(mask).Counts),
    };
}

using GradCamGrpc.Imaging.Decoding;

namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>Makes a network's input of an image.</summary>
public sealed class Preprocessor
{
    private readonly PreprocessingSpec _spec;

    // [channel * 256 + byte]
    private readonly float[] _normalised = new float[3 * 256];

    /// <summary>Prepares for one network.</summary>
    public Preprocessor(PreprocessingSpec spec)
    {
        if (spec.ResizeShorterSide < Math.Max(spec.CropWidth, spec.CropHeight))
            throw new ArgumentException("the crop is larger than the resized image", nameof(spec));
        _spec = spec;
        for (var channel = 0; channel < 3; channel++)
        {
            for (var value = 0; value < 256; value++)
                _normalised[channel * 256 + value] = ((float)value / 255 - (float)spec.Mean[channel]) / (float)spec.Std[channel];
        }
    }

    /// <summary>The size of the inputs that it makes.</summary>
    public ImageSize InputSize => new(_spec.CropWidth, _spec.CropHeight);

    /// <summary>Bytes of an input.</summary>
    public long InputBytes => 3L * sizeof(float) * _spec.CropWidth * _spec.CropHeight;

    /// <summary>Resizes, crops and normalises.</summary>
    public ModelInput Prepare(PixelBuffer image) => Prepare(image, new ImageSize(image.Width, image.Height));

    /// <summary>The same for a photo that was decoded to a smaller size.</summary>
    /// <param name="image">The photo, no smaller than <see cref="ResizedSize"/> for the best.</param>
    /// <param name="size">The size that it has as a whole; the crop is in its pixels.</param>
    public ModelInput Prepare(PixelBuffer image, ImageSize size)
    {
        var geometry = ResizeGeometry.Of(size.Width, size.Height, _spec);
        using var pixels = Resizer.Resize(image, geometry, _spec.CropWidth, _spec.CropHeight, _spec.Interpolation);
        var input = new ModelInput(_spec.CropWidth, _spec.CropHeight, CropOf(size, geometry));
        Normalise(pixels.Bytes, input.WritableValues);
        return input;
    }

    /// <summary>The size that a photo is resized to, before it is cropped.</summary>
    public ImageSize ResizedSize(ImageSize size)
    {
        var geometry = ResizeGeometry.Of(size.Width, size.Height, _spec);
        return new ImageSize(geometry.Width, geometry.Height);
    }

    /// <summary>Normalises an image that has the input's size already; every pixel stays where it is.</summary>
    /// <exception cref="ArgumentException">The image has another size.</exception>
    public ModelInput PrepareResized(PixelBuffer image)
    {
        if ((image.Width, image.Height) != (_spec.CropWidth, _spec.CropHeight))
            throw new ArgumentException($"it has {image.Width} x {image.Height} pixels, not {_spec.CropWidth} x {_spec.CropHeight}", nameof(image));
        var input = new ModelInput(image.Width, image.Height, new CropRectangle(0, 0, image.Width, image.Height));
        Normalise(image.Bytes, input.WritableValues);
        return input;
    }

    /// <summary>Resizes and crops: what the network sees, as a picture.</summary>
    public PixelBuffer Resize(PixelBuffer image) =>
        Resizer.Resize(image, ResizeGeometry.Of(image.Width, image.Height, _spec), _spec.CropWidth, _spec.CropHeight, _spec.Interpolation);

    private void Normalise(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        ReadOnlySpan<float> red = _normalised.AsSpan(0, 256);
        ReadOnlySpan<float> green = _normalised.AsSpan(256, 256);
        ReadOnlySpan<float> blue = _normalised.AsSpan(512, 256);
        for (int from = 0, to = 0; to < values.Length; from += PixelBuffer.Channels, to += 3)
        {
            values[to] = red[pixels[from]];
            values[to + 1] = green[pixels[from + 1]];
            values[to + 2] = blue[pixels[from + 2]];
        }
    }

    private CropRectangle CropOf(ImageSize image, ResizeGeometry geometry)
    {
        var columns = (double)image.Width / geometry.Width;
        var rows = (double)image.Height / geometry.Height;
        return new CropRectangle(geometry.Left * columns, geometry.Top * rows, _spec.CropWidth * columns, _spec.CropHeight * rows);
    }
}

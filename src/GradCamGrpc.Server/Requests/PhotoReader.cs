using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Requests;

/// <summary>Decodes photos and makes inputs of them, on the thread of the call.</summary>
internal sealed class PhotoReader(ServerOptions options, ServerMetrics metrics)
{
    private readonly ImageLimits _limits = new()
    {
        MaxBytes = options.Images.MaxBytes,
        MaxPixels = options.Images.MaxPixels,
        MaxSide = options.Images.MaxSide,
    };

    /// <exception cref="InvalidRequestException">The photo cannot be used.</exception>
    public Photo Read(Image image, ModelInstance model)
    {
        using var stage = metrics.Measure(Stage.Decode, model.Name);
        var pixels = Decode(image);
        try
        {
            var input = model.Preprocessor.Prepare(pixels);
            return new Photo(pixels, input, stage.Elapsed);
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private PixelBuffer Decode(Image image)
    {
        try
        {
            return image.SourceCase is Image.SourceOneofCase.Raw
                ? ImageDecoder.FromRgb(image.Raw.Rgb.Span, image.Raw.Width, image.Raw.Height, _limits)
                : ImageDecoder.Decode(image.Encoded.Memory, _limits);
        }
        catch (InvalidImageException fault)
        {
            throw new InvalidRequestException([new FieldViolation(FieldOf(image, fault.Fault), fault.Message)]);
        }
    }

    private static string FieldOf(Image image, ImageFault fault)
    {
        if (image.SourceCase is not Image.SourceOneofCase.Raw)
            return "image.encoded";
        return fault is ImageFault.TooLarge or ImageFault.TooSmall ? "image.raw" : "image.raw.rgb";
    }
}

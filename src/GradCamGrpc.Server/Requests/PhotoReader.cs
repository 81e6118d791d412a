using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Requests;

/// <summary>Decodes photos and makes inputs of them: on the thread of the call, but never on more threads than there are cores.</summary>
internal sealed class PhotoReader(ServerOptions options, ServerMetrics metrics) : IDisposable
{
    /// <summary>When to try again after too many pixels; some photo will have been answered by then.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly PixelBudget _budget = new(options.Images.MaxPixelsInFlight);
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);
    private readonly ImageLimits _limits = new()
    {
        MaxBytes = options.Images.MaxBytes,
        MaxPixels = options.Images.MaxPixels,
        MaxSide = options.Images.MaxSide,
    };

    /// <exception cref="InvalidRequestException">The photo cannot be used.</exception>
    /// <exception cref="QueueFullException">Too many large photos are being answered.</exception>
    public async Task<Photo> ReadAsync(Image image, ModelInstance model, CancellationToken cancellation)
    {
        var share = _budget.TryTake(Checked(image, Measure)) ?? throw new QueueFullException(RetryAfter);
        try
        {
            await _turns.WaitAsync(cancellation);
            try
            {
                return Read(image, model, share);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    public void Dispose() => _turns.Dispose();

    private Photo Read(Image image, ModelInstance model, IDisposable share)
    {
        using var stage = metrics.Measure(Stage.Decode, model.Name);
        var pixels = Checked(image, Decode);
        try
        {
            return new Photo(pixels, model.Preprocessor.Prepare(pixels), stage.Elapsed, share);
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private long Measure(Image image)
    {
        if (image.SourceCase is not Image.SourceOneofCase.Raw)
            return ImageDecoder.CountPixels(image.Encoded.Memory, _limits);
        _limits.CheckSize(image.Raw.Width, image.Raw.Height);
        return (long)image.Raw.Width * image.Raw.Height;
    }

    private PixelBuffer Decode(Image image) => image.SourceCase is Image.SourceOneofCase.Raw
        ? ImageDecoder.FromRgb(image.Raw.Rgb.Span, image.Raw.Width, image.Raw.Height, _limits)
        : ImageDecoder.Decode(image.Encoded.Memory, _limits);

    private static T Checked<T>(Image image, Func<Image, T> read)
    {
        try
        {
            return read(image);
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

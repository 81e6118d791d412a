using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
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

    /// <summary>Reads a photo's size off its header.</summary>
    /// <exception cref="InvalidRequestException">The photo cannot be used.</exception>
    public ImageSize Measure(Image image) => Checked(image, image => image.SourceCase is Image.SourceOneofCase.Raw
        ? ImageDecoder.MeasureRgb(image.Raw.Rgb.Span, image.Raw.Width, image.Raw.Height, _limits)
        : ImageDecoder.Measure(image.Encoded.Memory, _limits));

    /// <summary>Reads a photo to classify, or to explain its classes.</summary>
    /// <param name="image">The photo.</param>
    /// <param name="size">Its size.</param>
    /// <param name="model">The model that the input is for.</param>
    /// <param name="isDrawn">Whether something as large as the photo will be made of it, so that its pixels stay.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    /// <exception cref="InvalidRequestException">The photo cannot be used.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered.</exception>
    public Task<Photo> ReadAsync(Image image, ImageSize size, ModelInstance model, bool isDrawn, CancellationToken cancellation) =>
        ReadAsync(image, size, model, model.Preprocessor, isDrawn, cancellation);

    /// <summary>Reads a photo for one of a model's heads.</summary>
    /// <param name="image">The photo.</param>
    /// <param name="size">Its size.</param>
    /// <param name="model">The model that the input is for.</param>
    /// <param name="preprocessor">Makes the input.</param>
    /// <param name="isDrawn">Whether something as large as the photo will be made of it, so that its pixels stay.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    /// <exception cref="InvalidRequestException">The photo cannot be used.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered.</exception>
    public async Task<Photo> ReadAsync(
        Image image, ImageSize size, ModelInstance model, Preprocessor preprocessor, bool isDrawn, CancellationToken cancellation)
    {
        if (_budget.TryTake(size.Pixels) is not { } share)
        {
            metrics.Refused(model.Name, "pixels");
            throw new PixelBudgetException(size.Pixels, RetryAfter);
        }
        var keepsShare = false;
        try
        {
            await _turns.WaitAsync(cancellation);
            try
            {
                var photo = Read(image, model, preprocessor, isDrawn ? share : null);
                keepsShare = isDrawn;
                return photo;
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            if (!keepsShare)
                share.Dispose();
        }
    }

    /// <summary>The same photo for another model.</summary>
    /// <param name="photo">The photo, read so that its pixels stay. They stay its own: dispose of it alone.</param>
    /// <param name="model">The model that the input is for.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    public async Task<Photo> ReadAgainAsync(Photo photo, ModelInstance model, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            using var stage = metrics.Measure(Stage.Decode, model.Name);
            return photo with { Input = model.Preprocessor.Prepare(photo.Drawing!.Pixels), Decode = stage.Elapsed };
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private Photo Read(Image image, ModelInstance model, Preprocessor preprocessor, IDisposable? share)
    {
        using var stage = metrics.Measure(Stage.Decode, model.Name);
        var pixels = Checked(image, Decode);
        var isKept = false;
        try
        {
            var input = preprocessor.Prepare(pixels);
            isKept = share is not null;
            return new Photo(pixels.Width, pixels.Height, input, stage.Elapsed, share is null ? null : new PhotoDrawing(pixels, share));
        }
        finally
        {
            if (!isKept)
                pixels.Dispose();
        }
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

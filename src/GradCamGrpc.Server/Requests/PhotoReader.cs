using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Requests;

/// <summary>Decodes photos and makes inputs of them: of small ones on the thread of the call.</summary>
internal sealed class PhotoReader(ServerOptions options, ReadingThreads threads, ServerMetrics metrics)
{
    /// <summary>Of a larger photo a JPEG takes longer than a millisecond, for which the thread of a call has no time.</summary>
    private const long MostPixelsOfASmallPhoto = 100_000;

    /// <summary>A larger JPEG of as few pixels has been made to take long.</summary>
    private const int MostBytesOfASmallPhoto = 64 << 10;

    /// <summary>When to try again after too many pixels; some photo will have been answered by then.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly PixelBudget _budget = new(options.Images.MaxPixelsInFlight);
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

    /// <summary>Reads a photo of which nothing is drawn.</summary>
    /// <param name="image">The photo.</param>
    /// <param name="model">The model that the input is for.</param>
    /// <param name="view">Makes the input.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    /// <exception cref="InvalidRequestException">The photo cannot be used.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered.</exception>
    public async Task<Photo> ReadAsync(Image image, ModelInstance model, Preprocessor view, CancellationToken cancellation) =>
        (await ReadAsync(image, Measure(image), model, [view], isDrawn: false, cancellation))[view];

    /// <summary>Reads a photo of which maps are wanted.</summary>
    /// <param name="image">The photo.</param>
    /// <param name="question">What is wanted.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    /// <exception cref="InvalidRequestException">The photo cannot be used, or what is wanted of one of its size cannot be written.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered.</exception>
    public async Task<Photo> ReadAsync(Image image, MapQuestion question, CancellationToken cancellation)
    {
        var size = Measure(image);
        question.EnsureWritable(size);
        return (await ReadAsync(image, size, question.Model, [question.View], question.IsDrawn, cancellation))[question.View];
    }

    /// <summary>Reads a photo about which several things are wanted at once.</summary>
    /// <param name="image">The photo.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    /// <exception cref="InvalidRequestException">The photo cannot be used, or what is wanted of one of its size cannot be written.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered.</exception>
    public async Task<PhotoViews> ReadAsync(Image image, CheckedMultiTaskRequest request, CancellationToken cancellation)
    {
        var size = Measure(image);
        request.EnsureWritable(size);
        Preprocessor[] views = [.. request.Parts.Select(part => part.View).Distinct()];
        return new PhotoViews(await ReadAsync(image, size, request.Model, views, request.Parts.Any(part => part.IsDrawn), cancellation));
    }

    /// <summary>Reads a photo whose size is known.</summary>
    /// <param name="image">The photo.</param>
    /// <param name="size">Its size.</param>
    /// <param name="model">The model that the input is for.</param>
    /// <param name="isDrawn">Whether something as large as the photo will be made of it, so that its pixels stay.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    /// <exception cref="InvalidRequestException">The photo cannot be used.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered.</exception>
    public async Task<Photo> ReadAsync(Image image, ImageSize size, ModelInstance model, bool isDrawn, CancellationToken cancellation) =>
        (await ReadAsync(image, size, model, [model.Preprocessor], isDrawn, cancellation))[model.Preprocessor];

    /// <summary>The same photo for another model.</summary>
    /// <param name="photo">The photo, read so that its pixels stay. They stay its own: dispose of it alone.</param>
    /// <param name="model">The model that the input is for.</param>
    /// <param name="cancellation">Says that the client has left.</param>
    public Task<Photo> ReadAgainAsync(Photo photo, ModelInstance model, CancellationToken cancellation) => threads.RunAsync(
        () =>
        {
            using var stage = metrics.Measure(Stage.Decode, model.Name);
            return photo with { Input = model.Preprocessor.Prepare(photo.Drawing!.Pixels), Decode = stage.Elapsed };
        },
        cancellation);

    /// <returns>The photo, with an input for each view. What stays of its pixels is the same for all.</returns>
    private async Task<IReadOnlyDictionary<Preprocessor, Photo>> ReadAsync(
        Image image, ImageSize size, ModelInstance model, IReadOnlyList<Preprocessor> views, bool isDrawn, CancellationToken cancellation)
    {
        if (_budget.TryTake(size.Pixels) is not { } share)
        {
            metrics.Refused(model.Name, "pixels");
            throw new PixelBudgetException(size.Pixels, RetryAfter);
        }
        var keepsShare = false;
        try
        {
            var photos = IsSmall(image, size)
                ? Read(image, size, model, views, isDrawn ? share : null)
                : await threads.RunAsync(() => Read(image, size, model, views, isDrawn ? share : null), cancellation);
            keepsShare = isDrawn;
            return photos;
        }
        finally
        {
            if (!keepsShare)
                share.Dispose();
        }
    }

    private Dictionary<Preprocessor, Photo> Read(
        Image image, ImageSize size, ModelInstance model, IReadOnlyList<Preprocessor> views, IDisposable? share)
    {
        using var stage = metrics.Measure(Stage.Decode, model.Name);
        var isFast = share is null && image.Decoding is ImageDecoding.Fast;
        var pixels = Checked(image, image => Decode(image, isFast ? EnoughFor(views, size) : null));
        var isKept = false;
        try
        {
            (Preprocessor View, ModelInput Input)[] inputs = [.. views.Select(view => (view, view.Prepare(pixels, size)))];
            isKept = share is not null;
            var photo = new Photo(size.Width, size.Height, inputs[0].Input, stage.Elapsed, share is null ? null : new PhotoDrawing(pixels, share));
            return inputs.ToDictionary(one => one.View, one => photo with { Input = one.Input });
        }
        finally
        {
            if (!isKept)
                pixels.Dispose();
        }
    }

    /// <summary>Other formats take several times as long as JPEG.</summary>
    private static bool IsSmall(Image image, ImageSize size) => size.Pixels <= MostPixelsOfASmallPhoto
        && (image.SourceCase is Image.SourceOneofCase.Raw || (image.Encoded.Length <= MostBytesOfASmallPhoto && image.Encoded.Span is [0xff, 0xd8, ..]));

    private static ImageSize EnoughFor(IReadOnlyList<Preprocessor> views, ImageSize size)
    {
        ImageSize[] resized = [.. views.Select(view => view.ResizedSize(size))];
        return new ImageSize(resized.Max(one => one.Width), resized.Max(one => one.Height));
    }

    private PixelBuffer Decode(Image image, ImageSize? enough) => image.SourceCase is Image.SourceOneofCase.Raw
        ? ImageDecoder.FromRgb(image.Raw.Rgb.Span, image.Raw.Width, image.Raw.Height, _limits)
        : ImageDecoder.Decode(image.Encoded.Memory, _limits, enough);

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

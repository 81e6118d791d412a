using Google.Protobuf;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Interpolation = GradCamGrpc.Imaging.Preprocessing.Interpolation;

namespace GradCamGrpc.Benchmarks;

/// <summary>Calls of all kinds: tasks, methods, outputs, photos of several sizes and formats, and one in seven that must fail.</summary>
internal sealed class SoakMix
{
    private const string Question = "what is the woman wearing";

    /// <summary>What is asked for often, and what seldom: methods that ask the network again take it for a tenth of a second and more.</summary>
    private const int Often = 12;
    private const int Seldom = 1;
    private const int Wrong = 5;

    private readonly List<SoakCall> _calls = [];
    private readonly ClassificationService.ClassificationServiceClient _classes;
    private readonly CaptioningService.CaptioningServiceClient _captions;
    private readonly VqaService.VqaServiceClient _answers;
    private readonly MultiTaskService.MultiTaskServiceClient _several;
    private readonly ComparisonService.ComparisonServiceClient _comparisons;
    private readonly EvidenceService.EvidenceServiceClient _evidence;
    private readonly ModelService.ModelServiceClient _models;

    public SoakMix(ChannelBase channel)
    {
        _classes = new(channel);
        _captions = new(channel);
        _answers = new(channel);
        _several = new(channel);
        _comparisons = new(channel);
        _evidence = new(channel);
        _models = new(channel);
        foreach (var image in Images())
            AddGood(image);
        AddBad(Images().First());
    }

    /// <summary>Calls in an order of chance.</summary>
    public IReadOnlyList<SoakCall> Draw(int count, Random random) => [.. Enumerable.Range(0, count).Select(_ => _calls[random.Next(_calls.Count)])];

    private void AddGood(Image image)
    {
        foreach (var method in new[] { "grad_cam", "layer_cam", "hires_cam", "grad_cam_plus_plus", "xgrad_cam", "element_wise_grad_cam" })
            Explain(Often / 4, method, new() { Image = image, Methods = { Method(method) } });
        foreach (var method in new[] { "eigen_cam", "saliency", "guided_backpropagation", "guided_grad_cam" })
            Explain(Seldom, method, new() { Image = image, Methods = { Method(method) } });
        Explain(Seldom, "integrated gradients", new() { Image = image, Methods = { new ExplanationMethod { IntegratedGradients = new() { StepCount = 8 } } } });
        Explain(Often / 2, "five classes at two layers, fused", new()
        {
            Image = image,
            Targets = { new ClassTarget { TopK = 5 } },
            Layers = { "bn2", "blocks.6.0" },
            LayerFusion = LayerFusion.Mean,
        });
        Explain(Often / 2, "pictures", new()
        {
            Image = image,
            Outputs = { new MapOutput { Overlay = new() }, new MapOutput { HeatMap = new() }, new MapOutput { Boxes = new() }, new MapOutput { Mask = new() } },
        });
        Explain(Often / 4, "a label image", new() { Image = image, Targets = { new ClassTarget { TopK = 3 } }, LabelImages = { new LabelImageOutput() } });
        Add(Often, "classify", () => _classes.ClassifyAsync(new ClassifyRequest { Image = image }));
        Add(Often / 2, "caption", () => _captions.CaptionAsync(new CaptionRequest { Image = image }));
        Add(Often / 4, "caption, explained", () => _captions.Explain(new CaptioningServiceExplainRequest { Image = image, IncludeAttention = true }));
        Add(Often / 2, "answer", () => _answers.AnswerAsync(new AnswerRequest { Image = image, Questions = { Question } }));
        Add(Often / 4, "answer, explained", () => _answers.Explain(new VqaServiceExplainRequest { Image = image, Questions = { new VqaQuestion { Text = Question } } }));
        Add(Often / 4, "all tasks", () => _several.Explain(new MultiTaskServiceExplainRequest
        {
            Image = image,
            Classification = new(),
            Captioning = new(),
            Vqa = new() { Questions = { new VqaQuestion { Text = Question } } },
        }));
        Add(Seldom, "two classes compared", () => _comparisons.CompareClassesAsync(new CompareClassesRequest { Image = image, TrueClass = new ClassReference { ClassIndex = 282 } }));
        Add(Seldom, "an attack", () => _comparisons.PerturbAsync(new PerturbRequest { Image = image, Fgsm = new() }));
        Add(Seldom, "an evaluation", () => _evidence.Evaluate(new EvaluateRequest { Image = image, Measures = { Measure.Deletion }, Curves = new() { StepCount = 8 } }));
        Add(Seldom, "models", () => _models.ListModelsAsync(new ListModelsRequest()));
    }

    private void AddBad(Image image)
    {
        var broken = new Image { Encoded = ByteString.CopyFrom(image.Encoded.Span[..(image.Encoded.Length / 2)]) };
        Bad("no photo", StatusCode.InvalidArgument, new() { Image = new Image { Encoded = ByteString.CopyFromUtf8("no photo") } });
        Bad("half a photo", StatusCode.InvalidArgument, new() { Image = broken });
        Bad("no such class", StatusCode.InvalidArgument, new() { Image = image, Targets = { new ClassTarget { ClassIndex = 1000 } } });
        Bad("no such label", StatusCode.NotFound, new() { Image = image, Targets = { new ClassTarget { Label = "tigr cat" } } });
        Bad("no such layer", StatusCode.NotFound, new() { Image = image, Layers = { "bn3" } });
        Bad("no such model", StatusCode.NotFound, new() { Image = image, Model = "nobody" });
        Bad("no steps", StatusCode.InvalidArgument, new() { Image = image, Methods = { new ExplanationMethod { IntegratedGradients = new() { StepCount = 0 } } } });
        Bad("raw of another size", StatusCode.InvalidArgument, new() { Image = new Image { Raw = new RawImage { Width = 100, Height = 100, Rgb = ByteString.CopyFrom(new byte[17]) } } });
        AddBad("no question", StatusCode.InvalidArgument, () => _answers.AnswerAsync(new AnswerRequest { Image = image }));
        AddBad("no beams", StatusCode.InvalidArgument, () => _captions.CaptionAsync(
            new CaptionRequest { Image = image, Decoding = new CaptionDecoding { BeamSearch = new() { BeamCount = 0 } } }));
        AddBad("no such priority", StatusCode.InvalidArgument, () => _classes.ClassifyAsync(
            new ClassifyRequest { Image = image }, new Metadata { { "x-priority", "urgent" } }));
        AddBad("late before it begins", StatusCode.DeadlineExceeded, () => _classes.ClassifyAsync(
            new ClassifyRequest { Image = image }, deadline: DateTime.UtcNow.AddSeconds(-1)));
    }

    private void Explain(int weight, string name, ClassificationServiceExplainRequest request) => Add(weight, name, () => _classes.Explain(request));

    private void Bad(string name, StatusCode expected, ClassificationServiceExplainRequest request) =>
        Repeat(Wrong, new SoakCall(name, expected, () => ReadAsync(_classes.Explain(request))));

    private void AddBad<T>(string name, StatusCode expected, Func<AsyncUnaryCall<T>> call) => Repeat(Wrong, new SoakCall(name, expected, () => ReadAsync(call())));

    private void Add<T>(int weight, string name, Func<AsyncUnaryCall<T>> call) => Repeat(weight, new SoakCall(name, StatusCode.OK, () => ReadAsync(call())));

    private void Add<T>(int weight, string name, Func<AsyncServerStreamingCall<T>> call) => Repeat(weight, new SoakCall(name, StatusCode.OK, () => ReadAsync(call())));

    private void Repeat(int weight, SoakCall call) => _calls.AddRange(Enumerable.Repeat(call, weight));

    private static async Task ReadAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
            await call;
    }

    private static async Task ReadAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using (call)
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
            {
            }
        }
    }

    private static ExplanationMethod Method(string name)
    {
        var method = new ExplanationMethod();
        var field = ExplanationMethod.Descriptor.FindFieldByName(name);
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(ByteString.Empty));
        return method;
    }

    /// <summary>A photo in several sizes and formats; the first is the small JPEG.</summary>
    private static IEnumerable<Image> Images()
    {
        using var photo = BenchPhoto.Read();
        yield return new Image { Encoded = ByteString.CopyFrom(BenchPhoto.SmallJpeg()) };
        yield return Encoded(photo, PictureFormat.Png);
        using var wide = Resized(photo, 1280, 720);
        yield return Encoded(wide, PictureFormat.Jpeg);
        using var small = Resized(photo, 97, 131);
        yield return Encoded(small, PictureFormat.Webp);
        yield return new Image { Raw = new RawImage { Width = small.Width, Height = small.Height, Rgb = ByteString.CopyFrom(Rgb(small)) } };
    }

    private static Image Encoded(PixelBuffer pixels, PictureFormat format) => new() { Encoded = ByteString.CopyFrom(PictureEncoder.Encode(pixels, format, quality: 90)) };

    private static PixelBuffer Resized(PixelBuffer photo, int width, int height)
    {
        var spec = new PreprocessingSpec(null, width, height, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1]);
        using var input = new Preprocessor(spec).Prepare(photo);
        byte[] rgb = [.. input.Values.ToArray().Select(value => (byte)Math.Round(value * 255))];
        return ImageDecoder.FromRgb(rgb, width, height, new ImageLimits());
    }

    private static byte[] Rgb(PixelBuffer pixels) =>
        [.. pixels.Bytes.ToArray().Chunk(PixelBuffer.Channels).SelectMany(pixel => pixel.Take(3))];
}

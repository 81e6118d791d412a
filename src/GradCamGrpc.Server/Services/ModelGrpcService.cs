using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Reloading;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.ModelService</c>.</summary>
internal sealed class ModelGrpcService(CallModels models, RequestReader reader, ModelControlReader control, ModelChanges changes)
    : ModelService.ModelServiceBase
{
    private const int MaxPageSize = 100;

    /// <inheritdoc />
    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        if (request.PageSize < 0)
            throw new InvalidRequestException([new("page_size", $"{request.PageSize} is not 0 or more")]);

        // A page's token is the name of the last model before it: it stays right when models come and go.
        var size = request.PageSize is 0 or > MaxPageSize ? MaxPageSize : request.PageSize;
        var left = models.Served.Where(model => string.CompareOrdinal(model.Name, request.PageToken) > 0).ToArray();
        var page = left.Take(size).ToArray();
        return Task.FromResult(new ListModelsResponse
        {
            Models = { page.Select(InBrief) },
            NextPageToken = page.Length < left.Length ? page[^1].Name : "",
        });
    }

    /// <inheritdoc />
    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context) =>
        Task.FromResult(new GetModelResponse { Model = InFull(reader.Read(request)) });

    /// <inheritdoc />
    public override async Task<LoadModelResponse> LoadModel(LoadModelRequest request, ServerCallContext context)
    {
        var name = control.Read(request);
        models.EnsureMayUse(name);
        return await changes.LoadNamedAsync(name, context.CancellationToken) switch
        {
            LoadOutcome.Served served => new LoadModelResponse { Model = InBrief(served.Model), Loaded = served.IsNew },
            LoadOutcome.Refused refused => throw new FailedPreconditionException("MODEL_REFUSED", $"the model '{name}' cannot be loaded: {refused.Reason}"),
            LoadOutcome.Postponed postponed => throw new FailedPreconditionException(
                "MODEL_LEAVING", $"an earlier version of the model '{name}' still answers {postponed.CallCount} calls; try again when they have ended"),
            _ => throw new NotFoundException([new("name", $"no folder of the server has a model '{name}'")]),
        };
    }

    /// <inheritdoc />
    public override async Task<UnloadModelResponse> UnloadModel(UnloadModelRequest request, ServerCallContext context)
    {
        var name = control.Read(request);
        models.EnsureMayUse(name);
        var model = await changes.UnloadAsync(name, context.CancellationToken)
            ?? throw new NotFoundException([new("name", $"no model '{name}' is served")]);
        return new UnloadModelResponse { CallCount = model.CallCount };
    }

    private static Model InFull(ModelInstance instance)
    {
        var model = InBrief(instance);
        model.Labels.Add(instance.Labels.Labels);
        model.Layers.Add(instance.Layers.Values.Select(LayerOf));
        model.Metrics.Add(instance.Manifest.Metrics.Select(MetricOf));
        if (instance.Manifest.Captioning is { } captioning)
            model.Captioning = CaptioningOf(captioning, instance.Captioner!);
        if (instance.Manifest.Answering is { } answering)
            model.Answering = AnsweringOf(answering, instance.Answerer!);
        return model;
    }

    private static CaptioningHead CaptioningOf(CaptioningManifest manifest, Captioner captioner) => new()
    {
        Layers = { captioner.Layers.All.Select(LayerOf) },
        MaxWords = manifest.Shape.MaxWords,
        Words = { captioner.Words.AllWords },
        LengthPenalty = manifest.LengthPenalty,
        Preprocessing = Preprocessing(manifest.Preprocessing),
        WeightsSha256 = manifest.Weights.Sha256,
        Licence = manifest.Licence,
        Source = manifest.Source,
        Metrics = { manifest.Metrics.Select(MetricOf) },
    };

    private static AnsweringHead AnsweringOf(AnsweringManifest manifest, Answerer answerer) => new()
    {
        Layers = { answerer.Layers.All.Select(LayerOf) },
        MaxWords = manifest.Shape.MaxWords,
        Words = { answerer.Words.AllWords },
        Answers = { answerer.Answers.All },
        Preprocessing = Preprocessing(manifest.Preprocessing),
        WeightsSha256 = manifest.Weights.Sha256,
        Licence = manifest.Licence,
        Source = manifest.Source,
        Metrics = { manifest.Metrics.Select(MetricOf) },
    };

    private static Layer LayerOf(CutLayer layer) => new()
    {
        Name = layer.Name,
        ChannelCount = layer.Channels,
        Size = ResponseWriter.Size(layer.Width, layer.Height),
        FeedsLinearHead = layer.FeedsLinearHead,
    };

    private static Metric MetricOf(MetricManifest metric) => new() { Name = metric.Name, Dataset = metric.Dataset, Value = metric.Value };

    private static Model InBrief(ModelInstance instance) => new()
    {
        Name = instance.Name,
        Version = instance.Manifest.Version,
        Architecture = instance.Manifest.Architecture,
        Description = instance.Manifest.Description,
        Tasks = { instance.Manifest.Tasks.Select(TaskOf) },
        Preprocessing = Preprocessing(instance.Manifest.Preprocessing),
        ClassCount = instance.ClassCount,
        DefaultLayer = instance.DefaultLayer,
        WeightsSha256 = instance.Manifest.Weights.Sha256,
        Revision = instance.Folder.Revision,
        Licence = instance.Manifest.Licence,
        Source = instance.Manifest.Source,
    };

    private static ModelTask TaskOf(string task) => task switch
    {
        "classification" => ModelTask.Classification,
        "captioning" => ModelTask.Captioning,
        "vqa" => ModelTask.Vqa,
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "unknown task"),
    };

    private static Interpolation InterpolationOf(string interpolation) => interpolation switch
    {
        "bilinear" => Interpolation.Bilinear,
        "bicubic" => Interpolation.Bicubic,
        _ => throw new ArgumentOutOfRangeException(nameof(interpolation), interpolation, "unknown interpolation"),
    };

    private static Preprocessing Preprocessing(PreprocessingManifest manifest)
    {
        var preprocessing = new Preprocessing
        {
            InputSize = new PixelSize { Width = manifest.CropWidth, Height = manifest.CropHeight },
            Interpolation = InterpolationOf(manifest.Interpolation),
            Mean = { manifest.Mean },
            Std = { manifest.Std },
        };
        if (manifest.ResizeShorterSide is { } side)
            preprocessing.ResizeShorterSide = side;
        return preprocessing;
    }
}

using Google.Protobuf.Collections;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns messages into checked requests, and finds every fault in them before any work is done.</summary>
internal sealed class RequestReader(ModelCatalog catalog)
{
    /// <summary>The most maps one request may ask for.</summary>
    public const int MaxMaps = 64;

    private const int DefaultTopK = 5;

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model.</exception>
    public CheckedClassifyRequest Read(ClassifyRequest request)
    {
        var faults = new Violations();
        var model = Model(request.Model, faults);
        RequireImage(request.Image, faults);
        var topK = model is null ? 0 : TopK("top_k", request.HasTopK ? request.TopK : null, model, faults);
        faults.ThrowIfAny();
        return new CheckedClassifyRequest(model!, topK);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    public CheckedExplainRequest Read(ClassificationServiceExplainRequest request)
    {
        var faults = new Violations();
        var model = Model(request.Model, faults);
        RequireImage(request.Image, faults);
        var topK = 0;
        CutLayer[] layers = [];
        TargetChoice[] targets = [];
        if (model is not null)
        {
            topK = TopK("prediction_top_k", request.HasPredictionTopK ? request.PredictionTopK : null, model, faults);
            targets = TargetReader.Read(request.Targets, model, faults);
            layers = Layers(request.Layers, model, faults);
        }
        var methods = Methods(request.Methods, model, layers, faults);
        CheckMaps(targets, layers, methods, faults);
        var outputs = OutputReader.Read(request.Outputs, faults);
        var labelImages = LabelImageReader.Read(request.LabelImages, faults);
        if (targets.Length == Math.Max(request.Targets.Count, 1))
            LabelImageReader.CheckMaps(labelImages, targets, faults);
        faults.ThrowIfAny();
        return new CheckedExplainRequest(model!, topK, targets, layers, methods, outputs, labelImages);
    }

    /// <exception cref="NotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidRequestException">No model is named, and there are several.</exception>
    public ModelInstance Read(GetModelRequest request)
    {
        var faults = new Violations();
        var model = Model(request.Name, faults, field: "name");
        faults.ThrowIfAny();
        return model!;
    }

    /// <summary>The model of that name, or the only one where the name is empty; null where there is none.</summary>
    public ModelInstance? Model(string name, Violations faults, string field = "model")
    {
        if (name.Length == 0 && catalog.Only is { } only)
            return only;
        var known = string.Join(", ", catalog.Models.Select(model => model.Name));
        if (name.Length == 0)
            faults.Invalid(field, $"it is empty, and there are several models: {known}");
        else if (catalog.Find(name) is { } model)
            return model;
        else
            faults.Absent(field, $"there is no model '{Text.Quoted(name)}'; served: {known}");
        return null;
    }

    public static void RequireImage(Image? image, Violations faults)
    {
        if (image is null or { SourceCase: Image.SourceOneofCase.None })
            faults.Invalid("image", "a photo is needed: encoded or raw");
    }

    /// <summary>How many classes a prediction lists where a request does not say it.</summary>
    public static int DefaultTopKOf(ModelInstance model) => Math.Min(DefaultTopK, model.ClassCount);

    private static int TopK(string field, int? topK, ModelInstance model, Violations faults)
    {
        if (topK is < 1 || topK > model.ClassCount)
            faults.Invalid(field, $"{topK} is not from 1 to {model.ClassCount}, the model's number of classes");
        return topK ?? DefaultTopKOf(model);
    }

    /// <summary>The layer of that name; null where there is none.</summary>
    public static CutLayer? Layer(string name, ModelInstance model, Violations faults, string field)
    {
        if (model.Layers.TryGetValue(name, out var layer))
            return layer;
        faults.Absent(field, $"the model '{model.Name}' has no layer '{Text.Quoted(name)}' with maps{Suggestions.Hint(name, model.Layers.Keys)}");
        return null;
    }

    private static CutLayer[] Layers(RepeatedField<string> names, ModelInstance model, Violations faults)
    {
        if (names.Count == 0)
            return [model.Layers[model.DefaultLayer]];
        if (names.Count > MaxMaps)
        {
            faults.Invalid("layers", $"{names.Count} layers are more than the {MaxMaps} maps that a request may ask for");
            return [];
        }
        var layers = new List<CutLayer>();
        for (var i = 0; i < names.Count; i++)
        {
            var field = $"layers[{i}]";
            if (Layer(names[i], model, faults, field) is not { } layer)
                continue;
            if (layers.Contains(layer))
                faults.Invalid(field, $"'{layer.Name}' is named twice");
            else
                layers.Add(layer);
        }
        return [.. layers];
    }

    private static IExplanationMethod[] Methods(
        RepeatedField<ExplanationMethod> messages, ModelInstance? model, CutLayer[] layers, Violations faults)
    {
        if (messages.Count == 0)
            return [new Explain.Methods.GradCam()];
        if (messages.Count > MaxMaps)
        {
            faults.Invalid("methods", $"{messages.Count} methods are more than the {MaxMaps} maps that a request may ask for");
            return [];
        }
        var methods = new List<IExplanationMethod>();
        for (var i = 0; i < messages.Count; i++)
        {
            var field = $"methods[{i}]";
            if (MethodReader.Read(messages[i], field, faults) is not { } method)
                continue;
            if (methods.Exists(other => other.Name == method.Name))
                faults.Invalid(field, $"{method.Name} is named twice");
            foreach (var objection in layers.Select(layer => model!.ObjectionTo(method, layer)).OfType<string>().Take(1))
                faults.Invalid(field, $"{method.Name} {objection}");
            methods.Add(method);
        }
        return [.. methods];
    }

    private static void CheckMaps(TargetChoice[] targets, CutLayer[] layers, IExplanationMethod[] methods, Violations faults)
    {
        var maps = targets.Sum(target => target.Count) * methods.Sum(method => method.UsesLayer ? layers.Length : 1);
        if (maps > MaxMaps)
        {
            faults.Invalid(
                "targets", $"at {layers.Length} layers by {methods.Length} methods they stand for {maps} maps; a request may ask for {MaxMaps}");
        }
    }
}

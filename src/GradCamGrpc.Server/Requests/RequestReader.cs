using Google.Protobuf.Collections;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns messages into checked requests, and finds every fault in them before any work is done.</summary>
internal sealed class RequestReader(CallModels models)
{
    /// <summary>The most maps one request may ask for.</summary>
    public const int MaxMaps = 64;

    /// <summary>The most maps one request may have judged.</summary>
    public const int MaxJudgedMaps = 16;

    private const int DefaultTopK = 5;
    private const int DefaultCheckpoints = 10;
    private const int MaxCheckpoints = 100;

    /// <summary>What requests for maps have in common; the model is null where there is no such model.</summary>
    private sealed record Question(
        ModelInstance? Model, int TopK, TargetChoice[] Targets, CutLayer[] Layers, IExplanationMethod[] Methods);

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
        var query = Read(request, model, model?.Preprocessor, faults);
        faults.ThrowIfAny();
        return query!;
    }

    /// <summary>Reads a request that is a part of another one, whose model and photo it shares.</summary>
    /// <param name="part">The request.</param>
    /// <param name="model">The model; null where that is wrong.</param>
    /// <param name="view">Makes the network's input of the photo; null where there is no model.</param>
    /// <param name="faults">Told what is wrong with the part.</param>
    /// <returns>Null where there is no model.</returns>
    public static CheckedExplainRequest? ReadPart(
        ClassificationServiceExplainRequest part, ModelInstance? model, Preprocessor? view, Violations faults)
    {
        RefuseOwn(part.Model, part.Image, faults);
        return Read(part, model, view, faults);
    }

    private static CheckedExplainRequest? Read(
        ClassificationServiceExplainRequest request, ModelInstance? model, Preprocessor? view, Violations faults)
    {
        FusionRule? fusion = null;
        var asked = ReadQuestion(
            model,
            request.HasPredictionTopK ? request.PredictionTopK : null,
            model => TargetReader.Read(request.Targets, model, faults),
            model =>
            {
                var layers = Layers(request.Layers, model, view!, faults);
                fusion = FusionReader.Read(request, faults);
                return layers;
            },
            request.Methods,
            faults);
        CheckMaps(asked, MaxMaps, baselines: 0, faults);
        var outputs = OutputReader.Read(request.Outputs, faults);
        var labelImages = LabelImageReader.Read(request.LabelImages, faults);
        if (asked.Targets.Length == Math.Max(request.Targets.Count, 1))
            LabelImageReader.CheckMaps(labelImages, asked.Targets, faults);
        return model is null
            ? null
            : new CheckedExplainRequest(model, view!, asked.TopK, asked.Targets, asked.Layers, fusion, asked.Methods, outputs, labelImages);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    public CheckedEvaluateRequest Read(EvaluateRequest request)
    {
        var faults = new Violations();
        var model = Model(request.Model, faults);
        RequireImage(request.Image, faults);
        var asked = ReadQuestion(
            model,
            request.HasPredictionTopK ? request.PredictionTopK : null,
            model => TargetReader.Read(request.Targets, model, faults),
            model => Layers(request.Layers, model, model.Preprocessor, faults),
            request.Methods,
            faults);
        CheckMaps(asked, MaxJudgedMaps, request.IncludeBaselines ? MapEvaluation.Baselines : 0, faults);
        var measures = MeasureReader.Read(request, asked.Methods, faults);
        faults.ThrowIfAny();
        return new CheckedEvaluateRequest(asked.Model!, asked.TopK, asked.Targets, asked.Layers, asked.Methods, measures!);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    public CheckedSanityRequest Read(CheckSanityRequest request)
    {
        var faults = new Violations();
        var model = Model(request.Model, faults);
        RequireImage(request.Image, faults);
        var asked = ReadQuestion(
            model,
            request.HasPredictionTopK ? request.PredictionTopK : null,
            model => TargetReader.ReadOne(request.Target, "target", model, faults) is { } target ? [target] : [],
            model => Layer(request.Layer.Length == 0 ? model.DefaultLayer : request.Layer, model, model.Preprocessor, faults, "layer") is { } layer
                ? [layer]
                : [],
            request.Methods,
            faults);
        var checkpoints = request.HasCheckpointCount ? request.CheckpointCount : DefaultCheckpoints;
        faults.Within("checkpoint_count", checkpoints, 1, MaxCheckpoints);
        faults.ThrowIfAny();
        return new CheckedSanityRequest(asked.Model!, asked.TopK, asked.Targets[0], asked.Layers[0], asked.Methods, checkpoints, request.Seed);
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

    private static Question ReadQuestion(
        ModelInstance? model,
        int? predictionTopK,
        Func<ModelInstance, TargetChoice[]> readTargets,
        Func<ModelInstance, CutLayer[]> readLayers,
        RepeatedField<ExplanationMethod> methods,
        Violations faults)
    {
        var topK = 0;
        TargetChoice[] targets = [];
        CutLayer[] layers = [];
        if (model is not null)
        {
            topK = TopK("prediction_top_k", predictionTopK, model, faults);
            targets = readTargets(model);
            layers = readLayers(model);
        }
        return new Question(model, topK, targets, layers, Methods(methods, method => ObjectionTo(method, model, layers), faults));
    }

    /// <summary>The model of that name, or the only one where the name is empty; null where there is none.</summary>
    public ModelInstance? Model(string name, Violations faults, string field = "model")
    {
        if (models.Find(name) is { } model)
            return model;
        var known = models.Served.Count > 0 ? string.Join(", ", models.Served.Select(served => served.Name)) : "none";
        if (name.Length > 0 && !ModelManifest.IsName(name))
            faults.Invalid(field, $"'{Text.Quoted(name)}' cannot be a model's name: {ModelManifest.NameRule}; served: {known}");
        else if (name.Length > 0 || models.Served.Count == 0)
            faults.Absent(field, $"there is no model '{Text.Quoted(name)}'; served: {known}");
        else
            faults.Invalid(field, $"it is empty, and there are several models: {known}");
        return null;
    }

    /// <summary>Checks that a part of a request names no model and brings no photo: it shares those of the whole.</summary>
    public static void RefuseOwn(string model, Image? image, Violations faults)
    {
        const string IsShared = "it is that of the whole request; here it is left unset";
        if (model.Length > 0)
            faults.Invalid("model", IsShared);
        if (image is not null)
            faults.Invalid("image", IsShared);
    }

    public static void RequireImage(Image? image, Violations faults)
    {
        if (image is null or { SourceCase: Image.SourceOneofCase.None })
            faults.Invalid("image", "a photo is needed: encoded or raw");
        if (image is not null)
            CheckDecoding(image, faults);
    }

    public static void CheckDecoding(Image image, Violations faults)
    {
        if (!Enum.IsDefined(image.Decoding))
            faults.Invalid("image.decoding", $"{(int)image.Decoding} is not a way of decoding");
    }

    /// <summary>How many classes a prediction lists where a request does not say it.</summary>
    public static int DefaultTopKOf(ModelInstance model) => Math.Min(DefaultTopK, model.ClassCount);

    private static int TopK(string field, int? topK, ModelInstance model, Violations faults)
    {
        if (topK is < 1 || topK > model.ClassCount)
            faults.Invalid(field, $"{topK} is not from 1 to {model.ClassCount}, the model's number of classes");
        return topK ?? DefaultTopKOf(model);
    }

    /// <summary>The layer of that name; null where there is none, or none with maps.</summary>
    /// <param name="name">The name.</param>
    /// <param name="model">The model.</param>
    /// <param name="view">Makes the inputs for which the layer's size is told.</param>
    /// <param name="faults">Told if there is none.</param>
    /// <param name="field">The field that names it.</param>
    public static CutLayer? Layer(string name, ModelInstance model, Preprocessor view, Violations faults, string field)
    {
        if (model.LayersOf(view).TryGetValue(name, out var layer))
            return layer;
        if (model.UnusableLayersOf(view).TryGetValue(name, out var objection))
            faults.Invalid(field, $"'{Text.Quoted(name)}' cannot be explained at: {objection}");
        else
            faults.Absent(field, $"the model '{model.Name}' has no layer '{Text.Quoted(name)}'{Suggestions.Hint(name, model.LayersOf(view).Keys)}");
        return null;
    }

    private static CutLayer[] Layers(RepeatedField<string> names, ModelInstance model, Preprocessor view, Violations faults)
    {
        if (names.Count == 0)
            return Layer(model.DefaultLayer, model, view, faults, "layers") is { } ofModel ? [ofModel] : [];
        if (names.Count > MaxMaps)
        {
            faults.Invalid("layers", $"{names.Count} layers are more than the {MaxMaps} maps that a request may ask for");
            return [];
        }
        var layers = new List<CutLayer>();
        for (var i = 0; i < names.Count; i++)
        {
            var field = $"layers[{i}]";
            if (Layer(names[i], model, view, faults, field) is not { } layer)
                continue;
            if (layers.Contains(layer))
                faults.Invalid(field, $"'{layer.Name}' is named twice");
            else
                layers.Add(layer);
        }
        return [.. layers];
    }

    /// <summary>Why a method cannot be used at one of the layers; null where it can.</summary>
    public static string? ObjectionTo(IExplanationMethod method, ModelInstance? model, IEnumerable<CutLayer> layers) =>
        layers.Select(layer => model!.ObjectionTo(method, layer)).OfType<string>().FirstOrDefault();

    /// <summary>How maps are made.</summary>
    /// <param name="messages">The methods that a request names; none for Grad-CAM.</param>
    /// <param name="objectionTo">Why a method cannot be used, a clause behind its name; null where it can.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static IExplanationMethod[] Methods(
        RepeatedField<ExplanationMethod> messages, Func<IExplanationMethod, string?> objectionTo, Violations faults)
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
            if (methods.Exists(other => MethodReader.Write(other).Equals(MethodReader.Write(method))))
                faults.Invalid(field, $"{method.Name} is named twice");
            if (objectionTo(method) is { } objection)
                faults.Invalid(field, $"{method.Name} {objection}");
            methods.Add(method);
        }
        return [.. methods];
    }

    private static void CheckMaps(Question asked, int most, int baselines, Violations faults)
    {
        var classes = asked.Targets.Sum(target => target.Count);
        var maps = classes * (asked.Methods.Sum(method => method.UsesLayer ? asked.Layers.Length : 1) + baselines);
        if (maps > most)
        {
            var also = baselines > 0 ? $" and with {baselines} baselines each" : "";
            faults.Invalid(
                "targets",
                $"at {asked.Layers.Length} layers by {asked.Methods.Length} methods{also} they stand for {maps} maps; a request may ask for {most}");
        }
    }
}

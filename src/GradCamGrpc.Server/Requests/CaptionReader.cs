using Google.Protobuf.Collections;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns messages about captions into checked requests, and finds every fault in them before any work is done.</summary>
internal sealed class CaptionReader(RequestReader requests)
{
    private const int MaxTargets = 64;
    private const int MaxMaps = 256;

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, or word.</exception>
    public CheckedCaptionRequest Read(CaptionRequest request)
    {
        var faults = new Violations();
        var model = Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        var choice = model is null ? null : DecodingReader.Read(request.Decoding, model, faults);
        faults.ThrowIfAny();
        return new CheckedCaptionRequest(model!, choice!);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or word.</exception>
    public CheckedCaptionExplainRequest Read(CaptioningServiceExplainRequest request)
    {
        var faults = new Violations();
        var model = Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        CaptionChoice? choice = null;
        CaptionScore[] targets = [];
        CutLayer[] layers = [];
        IExplanationMethod[] methods = [];
        if (model is not null)
        {
            choice = Choice(request, model, faults);
            targets = Targets(request.Targets, model, choice, faults);
            layers = Layers(request.Layers, model, faults);
            methods = RequestReader.Methods(request.Methods, method => ObjectionTo(method, model, layers), faults);
            CheckMaps(targets, choice, layers, methods, faults);
        }
        var fusion = layers.Length == 0 ? null : FusionReader.ReadOfHead(request.LayerFusion, layers.Length, faults);
        var outputs = OutputReader.Read(request.Outputs, faults);
        faults.ThrowIfAny();
        return new CheckedCaptionExplainRequest(model!, choice!, targets, layers, fusion, methods, outputs, request.IncludeAttention);
    }

    private ModelInstance? Model(string name, Violations faults)
    {
        var model = requests.Model(name, faults);
        if (model is null or { Captioner: not null })
            return model;
        faults.Invalid("model", $"the model '{model.Name}' has no captioning head: it says nothing about photos");
        return null;
    }

    private static CaptionChoice? Choice(CaptioningServiceExplainRequest request, ModelInstance model, Violations faults)
    {
        if (request.CaptionCase is not CaptioningServiceExplainRequest.CaptionOneofCase.Text)
            return DecodingReader.Read(request.Decoding, model, faults);
        var captioner = model.Captioner!;
        return WordReader.Sentence(request.Text, "text", captioner.MaxWords, captioner.Words, faults) is { } words
            ? new CaptionChoice.Given(words)
            : null;
    }

    /// <param name="messages">The targets.</param>
    /// <param name="model">The model.</param>
    /// <param name="choice">How the caption comes about; null where that is wrong.</param>
    /// <param name="faults">Told what is wrong.</param>
    private static CaptionScore[] Targets(RepeatedField<CaptionTarget> messages, ModelInstance model, CaptionChoice? choice, Violations faults)
    {
        if (messages.Count > MaxTargets)
        {
            faults.Invalid("targets", $"{messages.Count} targets are more than {MaxTargets}");
            return [];
        }
        var words = model.Captioner!.Words;
        CaptionScore[] scores = [.. messages.Select((target, i) => CaptionTargetReader.Read(target, $"targets[{i}]", words, faults)).OfType<CaptionScore>()];
        foreach (var score in scores)
        {
            // A caption of the client's own is known; of one that is still to be found, the longest that it may be.
            if (choice is CaptionChoice.Given given)
                score.Check(given.Sentence, faults);
            else if (choice is not null)
                score.CheckPlace(choice.MaxWords, $"the caption has {choice.MaxWords} words at most", faults);
        }
        return scores;
    }

    private static CutLayer[] Layers(RepeatedField<string> names, ModelInstance model, Violations faults)
    {
        var known = model.Captioner!.Layers;
        if (names.Count == 0)
            return [.. known];
        var layers = new List<CutLayer>();
        for (var i = 0; i < names.Count; i++)
        {
            var field = $"layers[{i}]";
            if (known.FirstOrDefault(layer => layer.Name == names[i]) is { } found)
            {
                if (layers.Contains(found))
                    faults.Invalid(field, $"'{found.Name}' is named twice");
                else
                    layers.Add(found);
            }
            else if (RequestReader.Layer(names[i], model, faults, field) is { } other)
            {
                faults.Invalid(field, $"the captioning head does not read '{other.Name}'; it reads {string.Join(", ", known.Select(layer => layer.Name))}");
            }
        }
        return [.. layers];
    }

    private static string? ObjectionTo(IExplanationMethod method, ModelInstance model, IEnumerable<CutLayer> layers) => method is ICamMethod
        ? RequestReader.ObjectionTo(method, model, layers)
        : "cannot explain a caption: only methods can that need no more than a layer's activations and gradients";

    private static void CheckMaps(CaptionScore[] targets, CaptionChoice? choice, CutLayer[] layers, IExplanationMethod[] methods, Violations faults)
    {
        var scores = targets.Length > 0 ? targets.Length : choice?.MaxWords ?? 0;
        var maps = scores * layers.Length * methods.Length;
        if (maps > MaxMaps)
            faults.Invalid("methods", $"{scores} scores at {layers.Length} layers by {methods.Length} methods are {maps} maps; a request may ask for {MaxMaps}");
    }
}

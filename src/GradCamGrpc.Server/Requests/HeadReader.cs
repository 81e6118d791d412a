using Google.Protobuf.Collections;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads what requests about a kind of head have in common.</summary>
internal sealed class HeadReader(RequestReader requests, HeadKind kind)
{
    /// <summary>The most targets of a list.</summary>
    public const int MaxTargets = 64;

    private const int MaxMaps = 256;

    /// <summary>The model of that name; null where there is none, or it has no such head.</summary>
    public ModelInstance? Model(string name, Violations faults)
    {
        var model = requests.Model(name, faults);
        return model is not null && HasHead(model, "model", faults) ? model : null;
    }

    /// <summary>Checks that a model has such a head.</summary>
    /// <param name="model">The model.</param>
    /// <param name="field">The field that asks for it.</param>
    /// <param name="faults">Told if it has not.</param>
    public bool HasHead(ModelInstance model, string field, Violations faults)
    {
        if (kind.LayersOf(model) is not null)
            return true;
        faults.Invalid(field, $"the model '{model.Name}' has no {kind.Name} head: {kind.Lack}");
        return false;
    }

    /// <summary>The layers to explain at; all that the head reads where none is named.</summary>
    public CutLayer[] Layers(RepeatedField<string> names, ModelInstance model, Violations faults)
    {
        var known = kind.LayersOf(model)!.All;
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
            else if (RequestReader.Layer(names[i], model, model.Preprocessor, faults, field) is { } other)
            {
                var read = string.Join(", ", known.Select(layer => layer.Name));
                faults.Invalid(field, $"the {kind.Name} head does not read '{other.Name}'; it reads {read}");
            }
        }
        return [.. layers];
    }

    /// <summary>How maps are made.</summary>
    public IExplanationMethod[] Methods(RepeatedField<ExplanationMethod> messages, ModelInstance model, CutLayer[] layers, Violations faults) =>
        RequestReader.Methods(messages, method => ObjectionTo(method, model, layers), faults);

    /// <summary>Checks that the maps are not too many.</summary>
    /// <param name="scores">Of how many scores.</param>
    /// <param name="scoresField">The field that names the scores.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="faults">Told if they are.</param>
    public static void CheckMaps(int scores, string scoresField, CutLayer[] layers, IExplanationMethod[] methods, Violations faults)
    {
        var maps = (long)scores * layers.Length * methods.Length;
        if (maps <= MaxMaps)
            return;
        var asked = $"{scores} scores at {layers.Length} layers by {methods.Length} methods";
        faults.Invalid(scoresField, $"{asked} are {maps} maps; a request may ask for {MaxMaps}");
    }

    /// <summary>Checks that the targets of a list are not too many.</summary>
    public static bool CheckTargets(int count, string field, Violations faults)
    {
        if (count <= MaxTargets)
            return true;
        faults.Invalid(field, $"{count} targets are more than {MaxTargets}");
        return false;
    }

    private string? ObjectionTo(IExplanationMethod method, ModelInstance model, IEnumerable<CutLayer> layers) => method is ICamMethod
        ? RequestReader.ObjectionTo(method, model, layers)
        : $"cannot explain {kind.Subject}: only methods can that need no more than a layer's activations and gradients";
}

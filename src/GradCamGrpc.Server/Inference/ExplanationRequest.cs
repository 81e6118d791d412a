using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;

namespace GradCamGrpc.Server.Inference;

/// <summary>A photo of which maps are wanted.</summary>
internal sealed class ExplanationRequest : StreamingRequest<ReadyMap>
{
    /// <param name="layers">The layers to explain at.</param>
    /// <param name="targets">What is explained.</param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="cancellation">Says that the client has stopped waiting.</param>
    public ExplanationRequest(
        IReadOnlyList<CutLayer> layers,
        IReadOnlyList<TargetChoice> targets,
        IReadOnlyList<IExplanationMethod> methods,
        CancellationToken cancellation)
        : base(cancellation)
    {
        Targets = targets;
        Layers = layers;
        Cams = [.. methods.OfType<ICamMethod>()];
        Attributions = [.. methods.OfType<IAttributionMethod>()];
        Query = Cams.Count == 0 ? ImageQuery.PredictionOnly : new ImageQuery(layers, targets.Sum(target => target.Count));
    }

    public override ImageQuery Query { get; }

    public IReadOnlyList<TargetChoice> Targets { get; }

    public IReadOnlyList<CutLayer> Layers { get; }

    /// <summary>The methods that share the batch's backward pass.</summary>
    public IReadOnlyList<ICamMethod> Cams { get; }

    /// <summary>The methods that ask the network about this photo alone.</summary>
    public IReadOnlyList<IAttributionMethod> Attributions { get; }

    /// <summary>Maps that each target stands for.</summary>
    public int MapsPerTarget => Layers.Count * Cams.Count + Attributions.Sum(method => method.UsesLayer ? Layers.Count : 1);
}

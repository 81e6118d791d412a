using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Makes of a trunk's maps what attention reads: one vector for each position of each layer.</summary>
/// <remarks>
/// Each vector comes from its own position alone: it is projected to the head's width and normalised, and a learned vector says where it is.
/// So the gradient at a position says what the head took from there, and costs little to carry back for many scores.
/// </remarks>
internal sealed class VisualMemory : nn.Module<IReadOnlyList<Tensor>, Tensor>
{
    [ComponentName(Name = "projections")]
    private readonly ModuleList<Linear> _projections;

    [ComponentName(Name = "norms")]
    private readonly ModuleList<LayerNorm> _norms;

    [ComponentName(Name = "places")]
    private readonly ParameterList _places;

    public VisualMemory(IReadOnlyList<HeadSource> sources, int width)
        : base(nameof(VisualMemory))
    {
        _projections = new ModuleList<Linear>([.. sources.Select(source => nn.Linear(source.Channels, width))]);
        _norms = new ModuleList<LayerNorm>([.. sources.Select(_ => nn.LayerNorm(width))]);
        _places = new ParameterList([.. sources.Select(source => new Parameter(randn(source.Positions, width).Times(0.02)))]);
        RegisterComponents();
    }

    /// <param name="activations">For each source [N, C, h, w].</param>
    /// <returns>[N, P, d], P the positions of all sources.</returns>
    public override Tensor forward(IReadOnlyList<Tensor> activations) => cat([.. activations.Select(Read)], 1);

    private Tensor Read(Tensor maps, int source)
    {
        var positions = maps.flatten(2).transpose(1, 2);                                    // [N, h·w, C]
        return _norms[source].call(_projections[source].call(positions)).Plus(_places[source]);
    }
}

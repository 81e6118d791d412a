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
    public override Tensor forward(IReadOnlyList<Tensor> activations) => Remember(Project(activations));

    /// <summary>The weights of each source's projection, [d, C].</summary>
    public IReadOnlyList<Tensor> Weights => [.. _projections.Select(projection => projection.weight)];

    /// <summary>What is taken of the maps: nothing else of them leads further.</summary>
    /// <param name="activations">For each source [N, C, h, w].</param>
    /// <returns>For each source [N, h·w, d].</returns>
    public IReadOnlyList<Tensor> Project(IReadOnlyList<Tensor> activations) =>
        [.. activations.Select((maps, source) => _projections[source].call(maps.flatten(2).transpose(1, 2)))];

    /// <param name="projected">Of <see cref="Project"/>.</param>
    /// <returns>[N, P, d].</returns>
    public Tensor Remember(IReadOnlyList<Tensor> projected) =>
        cat([.. projected.Select((vectors, source) => _norms[source].call(vectors).Plus(_places[source]))], 1);

    /// <summary>Carries gradients of R scores back.</summary>
    /// <param name="projected">Of <see cref="Project"/>, of one photo.</param>
    /// <param name="gradients">dScore/dMemory, [R, P, d].</param>
    /// <returns>dScore/dVector: for each source [R, h·w, d].</returns>
    public IReadOnlyList<Tensor> Differentiate(IReadOnlyList<Tensor> projected, Tensor gradients)
    {
        var bySource = gradients.split([.. projected.Select(vectors => vectors.shape[1])], dim: 1);
        return [.. projected.Select((vectors, source) =>
        {
            var leaf = vectors.detach().expand(gradients.shape[0], -1, -1).requires_grad_();
            return autograd.grad([_norms[source].call(leaf)], [leaf], [bySource[source]])[0];
        })];
    }
}

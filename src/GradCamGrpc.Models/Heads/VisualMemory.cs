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
    private readonly ModuleList<HeadLinear> _projections;

    [ComponentName(Name = "norms")]
    private readonly ModuleList<LayerNorm> _norms;

    [ComponentName(Name = "places")]
    private readonly ParameterList _places;

    public VisualMemory(IReadOnlyList<HeadSource> sources, int width)
        : base(nameof(VisualMemory))
    {
        _projections = new ModuleList<HeadLinear>([.. sources.Select(source => new HeadLinear(source.Channels, width))]);
        _norms = new ModuleList<LayerNorm>([.. sources.Select(_ => nn.LayerNorm(width))]);
        _places = new ParameterList([.. sources.Select(source => new Parameter(randn(source.Positions, width).Times(0.02)))]);
        RegisterComponents();
    }

    /// <param name="activations">For each source [N, C, h, w].</param>
    /// <returns>[N, P, d], P the positions of all sources.</returns>
    public override Tensor forward(IReadOnlyList<Tensor> activations) => Remember(Project(activations));

    /// <summary>The weights of each source's projection, [d, C].</summary>
    public IReadOnlyList<Tensor> Weights => [.. _projections.Select(projection => projection.Weight)];

    /// <summary>What is taken of the maps: nothing else of them leads further.</summary>
    /// <param name="activations">For each source [N, C, h, w].</param>
    /// <returns>For each source [N, h·w, d].</returns>
    public IReadOnlyList<Tensor> Project(IReadOnlyList<Tensor> activations) =>
        [.. activations.Select((maps, source) => _projections[source].call(maps.flatten(2).transpose(1, 2)))];

    /// <param name="projected">Of <see cref="Project"/>.</param>
    /// <returns>[N, P, d].</returns>
    public Tensor Remember(IReadOnlyList<Tensor> projected) =>
        cat([.. projected.Select((vectors, source) => _norms[source].call(vectors).Plus(_places[source]))], 1);

    /// <summary>What is remembered of places where nothing is seen, [1, P, d]: the memory is this and what is seen, normalised, times the gains.</summary>
    public Tensor Nothing => cat([.. _places.Select((places, source) => places.Plus(_norms[source].bias!))], 0).unsqueeze(0);

    /// <summary>Carries gradients of R scores back.</summary>
    /// <param name="projected">Of <see cref="Project"/>, of one photo.</param>
    /// <param name="gradients">How the scores change with the memory.</param>
    /// <returns>dScore/dVector: for each source [R, h·w, d].</returns>
    public IReadOnlyList<VectorField> Differentiate(IReadOnlyList<Tensor> projected, MemoryGradients gradients)
    {
        long[] positions = [.. projected.Select(vectors => vectors.shape[1])];
        var everywhere = new Lazy<Tensor[]>(() => gradients.Everywhere().split(positions, dim: 1));
        var means = new Lazy<Tensor[]>(() => Means(projected, gradients, positions));
        return [.. projected.Select((vectors, source) => new VectorField(
            () => LayerNormGradient.Of(_norms[source], vectors, everywhere.Value[source]), () => means.Value[source]))];
    }

    /// <summary>
    /// The means of the gradients at each source's positions. With x̂ the normalised vector, σ what it was divided by, γ the gains and g the
    /// gradient of the memory, that of the vector is (γg − mean(γg) − x̂ · mean(γg · x̂)) / σ, means over d: of g the sums over positions of
    /// g / σ are enough, and at each position g · γx̂.
    /// </summary>
    /// <returns>For each source [R, d].</returns>
    private Tensor[] Means(IReadOnlyList<Tensor> projected, MemoryGradients gradients, long[] positions)
    {
        var shares = new Tensor[projected.Count];
        var standard = new Tensor[projected.Count];
        for (var source = 0; source < projected.Count; source++)
        {
            var vectors = projected[source].squeeze(0);                                          // [h·w, d]
            var centred = vectors - vectors.mean([1], keepdim: true);
            var rates = (centred * centred).mean([1], keepdim: true).Plus(_norms[source].eps).rsqrt();
            standard[source] = centred * rates;
            shares[source] = rates.Over(positions[source]);                                      // [h·w, 1]
        }
        var (products, sums) = gradients.Project(block_diag([.. shares.Select(share => share.t())]));   // [R, P], [R, sources, d]
        var bySource = products.split(positions, dim: 1);
        return [.. standard.Select((vectors, source) =>
        {
            var ofStandard = sums.select(1, source) * _norms[source].weight!;                    // [R, d]
            var along = bySource[source].matmul(vectors * shares[source]).Over(vectors.shape[1]);
            return ofStandard - ofStandard.mean([1], keepdim: true) - along;
        })];
    }
}

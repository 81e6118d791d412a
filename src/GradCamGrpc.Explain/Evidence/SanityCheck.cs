using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>
/// Do maps show what a network has learnt? Its modules are randomized from the outputs down, and the maps of the same scores are compared
/// with what they were (Adebayo et al. 2018, section 3). A method whose maps stay similar, near 1, has failed: it would have shown the
/// same of a network that has learnt nothing.
/// </summary>
/// <remarks>
/// Compared are magnitudes: each map's absolute heat, scaled to a maximum of 1 and resized to the image, as the paper does where it says
/// "absolute values". Sparse maps agree where both are nearly zero: compare a method's figure with its own at other checkpoints first.
/// </remarks>
public sealed class SanityCheck
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly CutNetwork _cut;
    private readonly IReadOnlyList<SanityQuestion> _questions;
    private readonly CutLayer _layer;
    private readonly IReadOnlyList<IExplanationMethod> _methods;
    private readonly Magnitude?[][] _originals;

    /// <summary>Makes the maps of the network as it is.</summary>
    /// <param name="network">A copy that the caller owns, frozen and in evaluation mode: see <see cref="ParameterRandomization"/>.</param>
    /// <param name="cut">The same network, to be cut.</param>
    /// <param name="questions">At least one; images of one size, at least <see cref="StructuralSimilarity.Window"/> a side.</param>
    /// <param name="layer">Where maps are made.</param>
    /// <param name="methods">How maps are made, none twice.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <exception cref="ArgumentException">The network cannot be randomized.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public SanityCheck(
        nn.Module<Tensor, Tensor> network,
        CutNetwork cut,
        IReadOnlyList<SanityQuestion> questions,
        CutLayer layer,
        IReadOnlyList<IExplanationMethod> methods,
        CancellationToken cancellation = default)
    {
        _network = network;
        _cut = cut;
        _questions = questions;
        _layer = layer;
        _methods = methods;
        Modules = ParameterRandomization.Order(network, questions[0].Image);
        var maps = questions.Select(question => Maps(question, cancellation)).ToArray();
        Scores = [.. maps.Select(made => made[0].Score)];
        _originals = [.. maps.Select((made, i) => made.Select(map => Magnitude.Of(map, questions[i].Image)).ToArray())];
    }

    /// <summary>The modules in the order in which they are randomized.</summary>
    public IReadOnlyList<string> Modules { get; }

    /// <summary>The score of each question, of the network as it was.</summary>
    public IReadOnlyList<float> Scores { get; }

    /// <summary>Randomizes the network, and compares at points evenly spread over its modules; at the last of them all are random.</summary>
    /// <param name="checkpoints">How many points, 1 or more; of a network with fewer modules, one each.</param>
    /// <param name="seed">The same seed gives the same noise.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<SanityCheckpoint> Randomize(int checkpoints, ulong seed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpoints, 1);
        var count = Math.Min(checkpoints, Modules.Count);
        var stops = Enumerable.Range(1, count).Select(i => (int)((long)i * Modules.Count / count)).ToHashSet();
        var randomized = 0;
        foreach (var module in new ParameterRandomization(seed).Cascade(_network, _questions[0].Image))
        {
            cancellation.ThrowIfCancellationRequested();
            if (stops.Contains(++randomized))
            {
                yield return new SanityCheckpoint(
                    module, randomized, [.. _questions.Select((question, i) => Compare(question, _originals[i], cancellation))]);
            }
        }
    }

    private MapSimilarity[] Compare(SanityQuestion question, Magnitude?[] originals, CancellationToken cancellation) =>
        [.. Maps(question, cancellation).Zip(originals, (map, original) => Magnitude.Compare(Magnitude.Of(map, question.Image), original))];

    private IReadOnlyList<SaliencyMap> Maps(SanityQuestion question, CancellationToken cancellation) =>
        ImageMaps.Of(_cut, question.Image, [_layer], [question.Target], _methods, cancellation)[0];

    /// <summary>A map made comparable.</summary>
    /// <param name="Heat">0 to 1, of the image's size.</param>
    /// <param name="IsAllZero">Whether the map is zero everywhere.</param>
    private sealed record Magnitude(HeatMap Heat, bool IsAllZero)
    {
        /// <returns>Null where the map is not finite.</returns>
        public static Magnitude? Of(SaliencyMap map, Tensor image)
        {
            if (!map.IsFinite)
                return null;
            var values = map.Heat().ToArray();
            var largest = 0f;
            foreach (var value in values)
                largest = Math.Max(largest, Math.Abs(value));
            for (var i = 0; i < values.Length; i++)
                values[i] = largest > 0 ? Math.Abs(values[i]) / largest : 0;
            var heat = new HeatMap(map.Shape.Height, map.Shape.Width, values);
            return new Magnitude(heat.ResizedTo((int)image.shape[2], (int)image.shape[3]), largest == 0);
        }

        public static MapSimilarity Compare(Magnitude? now, Magnitude? before)
        {
            if (now is null || before is null)
                return new MapSimilarity(Structural: null, Rank: null, now?.IsAllZero ?? false, IsFinite: false);
            return new MapSimilarity(
                before.IsAllZero ? null : StructuralSimilarity.Between(now.Heat, before.Heat, range: 1),
                RankCorrelation.Spearman(now.Heat.Values.Span, before.Heat.Values.Span),
                now.IsAllZero,
                IsFinite: true);
        }
    }
}

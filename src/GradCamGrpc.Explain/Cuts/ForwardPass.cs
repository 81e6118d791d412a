using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>The outcome of one forward pass over a batch: outputs, and the tape from the cuts to them.</summary>
public sealed class ForwardPass
{
    private readonly Tensor _laneOutputs;
    private readonly IReadOnlyList<ImageQuery> _queries;
    private readonly IReadOnlyDictionary<string, LayerProfile> _profiles;
    private readonly CutRecorder _recorder;
    private readonly LaneTable _lanes;

    internal ForwardPass(
        Tensor laneOutputs, IReadOnlyList<ImageQuery> queries, IReadOnlyDictionary<string, LayerProfile> profiles, CutRecorder recorder)
    {
        _laneOutputs = laneOutputs;
        _queries = queries;
        _profiles = profiles;
        _recorder = recorder;
        _lanes = recorder.Lanes;
        Outputs = FirstLanes();
    }

    /// <summary>The network's outputs, [B, classes], without a tape.</summary>
    public Tensor Outputs { get; }

    /// <summary>What a layer says of an image whose query observes it.</summary>
    /// <returns>[1, C, h, w], without a tape.</returns>
    public Tensor Activations(int image, CutLayer layer)
    {
        var capture = _recorder.Activations[layer.Name];
        return capture.Tensor.narrow(0, capture.Lanes.Start(image), 1);
    }

    /// <summary>Differentiates scores and makes a map of each.</summary>
    /// <param name="targets">For each image as many targets as its query announced, or none when nobody wants them any more.</param>
    /// <param name="methods">For each image the ways in which its maps are made; each way makes a map of each target at each layer.</param>
    /// <param name="onMap">Told (image, index of its target, map) as each map is ready; for a layer, methods in their order, and the targets in theirs.</param>
    /// <param name="isWanted">Asked for each image before each backward pass: whether anybody still waits for its maps; null for yes.</param>
    public void Explain(
        IReadOnlyList<IReadOnlyList<ScoreTarget>> targets,
        IReadOnlyList<IReadOnlyList<ICamMethod>> methods,
        Action<int, int, SaliencyMap> onMap,
        Func<int, bool>? isWanted = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(targets.Count, _queries.Count, nameof(targets));
        ArgumentOutOfRangeException.ThrowIfNotEqual(methods.Count, _queries.Count, nameof(methods));
        for (var image = 0; image < _queries.Count; image++)
        {
            if (targets[image].Count > 0)
                ArgumentOutOfRangeException.ThrowIfNotEqual(targets[image].Count, _queries[image].TargetCount, nameof(targets));
        }

        var passes = Enumerable.Range(0, targets.Count).Max(image => (targets[image].Count + _lanes.Counts[image] - 1) / _lanes.Counts[image]);
        for (var pass = 0; pass < passes; pass++)
        {
            var wanted = Enumerable.Range(0, targets.Count).Where(image => isWanted?.Invoke(image) ?? true).ToArray();
            if (!wanted.Any(image => targets[image].Count > pass * _lanes.Counts[image]))
                return;

            using var scope = NewDisposeScope();
            var laneTargets = TargetsOf(pass, targets);
            var (scores, gradients) = Differentiate(laneTargets, retainGraph: pass < passes - 1);
            var values = TensorValues.Floats(scores);
            foreach (var image in wanted)
            {
                var first = pass * _lanes.Counts[image];
                var count = Math.Min(_lanes.Counts[image], targets[image].Count - first);
                if (count <= 0)
                    continue;
                foreach (var layer in _queries[image].Layers)
                {
                    foreach (var method in methods[image])
                    {
                        var maps = MapsOf(image, layer, count, method, gradients);
                        var shape = new MapShape(1, layer.Height, layer.Width);
                        for (var i = 0; i < count; i++)
                        {
                            var lane = _lanes.Start(image) + i;
                            var map = new SaliencyMap(method, layer, targets[image][first + i], values[lane], shape, maps[i]);
                            onMap(image, first + i, map.IsZero ? map with { ScoreIsFlat = IsFlat(image, layer, i, gradients) } : map);
                        }
                    }
                }
            }
        }
    }

    internal void MoveToOuterDisposeScope()
    {
        _laneOutputs.MoveToOuterDisposeScope();
        if (!ReferenceEquals(Outputs, _laneOutputs))
            Outputs.MoveToOuterDisposeScope();
        foreach (var capture in _recorder.Activations.Values.Concat(_recorder.Cuts.Values))
            capture.Tensor.MoveToOuterDisposeScope();
    }

    private Tensor FirstLanes()
    {
        var outputs = _laneOutputs.detach();
        if (_lanes.Total == _queries.Count)
            return outputs;
        var firsts = Enumerable.Range(0, _queries.Count).Select(image => (long)_lanes.Start(image)).ToArray();
        return outputs.index_select(0, tensor(firsts, device: outputs.device));
    }

    private ScoreTarget?[] TargetsOf(int pass, IReadOnlyList<IReadOnlyList<ScoreTarget>> targets)
    {
        var ofLanes = new ScoreTarget?[_lanes.Total];
        for (var image = 0; image < targets.Count; image++)
        {
            for (var lane = 0; lane < _lanes.Counts[image]; lane++)
                ofLanes[_lanes.Start(image) + lane] = targets[image].ElementAtOrDefault(pass * _lanes.Counts[image] + lane);
        }
        return ofLanes;
    }

    /// <returns>The scores, [lanes], and their gradients with respect to each cut.</returns>
    private (Tensor Scores, Dictionary<string, Tensor> ByCut) Differentiate(ScoreTarget?[] laneTargets, bool retainGraph)
    {
        var (scores, byCut) = IsCutAtOutputsAlone ? DifferentiateOutputs(laneTargets) : DifferentiateTape(laneTargets, retainGraph);

        // All layers in front of the outputs share the one linear layer that makes them.
        if (_profiles.Values.FirstOrDefault(profile => profile.HeadWeight is not null) is { } profile)
            byCut[profile.Cut] = ThroughHead(byCut[profile.Cut], profile.HeadWeight!, ScoreTable.Classes(laneTargets));
        return (scores, byCut);
    }

    private bool IsCutAtOutputsAlone => _recorder.Cuts.Keys.All(cut => cut == LayerProfile.Outputs);

    private (Tensor Scores, Dictionary<string, Tensor> ByCut) DifferentiateOutputs(ScoreTarget?[] laneTargets)
    {
        var (scores, gradients) = ScoreTable.Differentiate(_laneOutputs.detach(), laneTargets);
        return (scores, new(StringComparer.Ordinal) { [LayerProfile.Outputs] = gradients });
    }

    private (Tensor Scores, Dictionary<string, Tensor> ByCut) DifferentiateTape(ScoreTarget?[] laneTargets, bool retainGraph)
    {
        var cuts = _recorder.Cuts.ToArray();
        var scores = ScoreTable.Evaluate(_laneOutputs, laneTargets);
        var gradients = autograd.grad([scores.sum()], [.. cuts.Select(cut => cut.Value.Tensor)], retain_graph: retainGraph);
        return (scores, cuts.Zip(gradients).ToDictionary(pair => pair.First.Key, pair => pair.Second, StringComparer.Ordinal));
    }

    /// <param name="gradients">dScore/dOutputs, [lanes, classes].</param>
    /// <param name="weight">[classes, C].</param>
    /// <param name="classes">The classes whose gradients are not zero; null for all.</param>
    /// <returns>dScore/dAverage, [lanes, C].</returns>
    private static Tensor ThroughHead(Tensor gradients, Tensor weight, long[]? classes)
    {
        if (classes is null)
            return gradients.matmul(weight);
        var columns = tensor(classes, device: gradients.device);
        return gradients.index_select(1, columns).matmul(weight.index_select(0, columns));
    }

    /// <summary>Whether the gradient of one image's next target but <paramref name="target"/> is zero everywhere at a layer.</summary>
    private bool IsFlat(int image, CutLayer layer, int target, Dictionary<string, Tensor> gradients)
    {
        var cut = _profiles[layer.Name].Cut;
        return !gradients[cut].select(0, _recorder.Cuts[cut].Lanes.Start(image) + target).any().item<bool>();
    }

    /// <summary>The maps of one image's next targets at one layer, each h·w values.</summary>
    private float[][] MapsOf(int image, CutLayer layer, int count, ICamMethod method, Dictionary<string, Tensor> gradients)
    {
        var profile = _profiles[layer.Name];
        var cut = _recorder.Cuts[profile.Cut];
        var seen = profile.Pool is null ? cut : _recorder.Activations[layer.Name];

        var gradient = gradients[profile.Cut].narrow(0, cut.Lanes.Start(image), count); // [K, C, h, w], or [K, C] of the average
        if (profile.Pool is not null)
        {
            var positions = layer.Height * layer.Width;
            gradient = gradient.Over(positions).reshape(count, layer.Channels, 1, 1).expand(count, layer.Channels, layer.Height, layer.Width);
        }
        var activations = seen.Tensor.select(0, seen.Lanes.Start(image)).detach();               // [C, h, w]
        var maps = method.Map(activations, gradient);                                           // [K, h, w]
        return [.. TensorValues.Floats(maps).Chunk(layer.Height * layer.Width)];
    }
}

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

    /// <summary>Whether no gradient has to go back through a layer: those of the outputs lead to all layers that are explained, by a product.</summary>
    public bool HasNoTape => _recorder.HasNoTape;

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

        if (_recorder.Cuts.Count == 0)
            return;
        var passes = Enumerable.Range(0, targets.Count).Max(image => (targets[image].Count + _lanes.Counts[image] - 1) / _lanes.Counts[image]);
        for (var pass = 0; pass < passes; pass++)
        {
            var wanted = Enumerable.Range(0, targets.Count).Where(image => isWanted?.Invoke(image) ?? true).ToArray();
            if (!wanted.Any(image => targets[image].Count > pass * _lanes.Counts[image]))
                return;

            using var scope = NewDisposeScope();
            var laneTargets = TargetsOf(pass, targets);
            var isLast = pass == passes - 1;
            var means = HasNoTape ? MeanGradients.Of(_laneOutputs, Head!, laneTargets) : null;
            var gradients = new Lazy<(Tensor Scores, Dictionary<string, Tensor> ByCut)>(() => Differentiate(laneTargets, retainGraph: !isLast));
            var values = means?.Scores ?? TensorValues.Floats(gradients.Value.Scores);

            foreach (var run in Runs(pass, wanted, targets, methods))
            {
                foreach (var layer in run.Layers)
                {
                    foreach (var method in run.Methods)
                    {
                        var maps = (means is null ? null : MapsOf(run, layer, method, means)) ?? MapsOf(run, layer, method, gradients.Value.ByCut);
                        var shape = new MapShape(1, layer.Height, layer.Width);
                        for (var i = 0; i < maps.Length; i++)
                        {
                            var (image, target) = (run.First + i / run.Targets, i % run.Targets);
                            var (lane, targetIndex) = (_lanes.Start(image) + target, pass * _lanes.Counts[image] + target);
                            var map = new SaliencyMap(method, layer, targets[image][targetIndex], values[lane], shape, maps[i]);
                            if (map.IsZero)
                                map = map with { ScoreIsFlat = means?.IsFlat(lane) ?? IsFlat(image, layer, target, gradients.Value.ByCut) };
                            onMap(image, targetIndex, map);
                        }
                    }
                }
            }
        }
    }

    /// <summary>The weights, [classes, C], of the linear layer that makes the outputs, where layers lie right in front of it; else null.</summary>
    private Tensor? Head => _profiles.Values.FirstOrDefault(profile => profile.HeadWeight is not null)?.HeadWeight;

    internal void MoveToOuterDisposeScope()
    {
        _laneOutputs.MoveToOuterDisposeScope();
        if (!ReferenceEquals(Outputs, _laneOutputs))
            Outputs.MoveToOuterDisposeScope();
        foreach (var capture in _recorder.Activations.Values.Concat(_recorder.Cuts.Values))
            capture.Tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Neighbouring images of which a pass makes the same maps, so that they are made together.</summary>
    /// <param name="First">The first of them.</param>
    /// <param name="Images">How many they are.</param>
    /// <param name="Lanes">How many lanes each has.</param>
    /// <param name="Targets">How many targets each image has in this pass, no more than lanes.</param>
    /// <param name="Layers">Where maps are made.</param>
    /// <param name="Methods">How they are made.</param>
    private sealed record Run(int First, int Images, int Lanes, int Targets, IReadOnlyList<CutLayer> Layers, IReadOnlyList<ICamMethod> Methods)
    {
        public bool IsFollowedBy(Run next) =>
            First + Images == next.First && Lanes == next.Lanes && Targets == next.Targets
            && Layers.SequenceEqual(next.Layers) && Methods.SequenceEqual(next.Methods);
    }

    private List<Run> Runs(
        int pass, IEnumerable<int> images, IReadOnlyList<IReadOnlyList<ScoreTarget>> targets, IReadOnlyList<IReadOnlyList<ICamMethod>> methods)
    {
        var runs = new List<Run>();
        foreach (var image in images)
        {
            var lanes = _lanes.Counts[image];
            var count = Math.Min(lanes, targets[image].Count - pass * lanes);
            if (count <= 0)
                continue;
            var next = new Run(image, 1, lanes, count, _queries[image].Layers, methods[image]);
            if (runs.Count > 0 && runs[^1].IsFollowedBy(next))
                runs[^1] = runs[^1] with { Images = runs[^1].Images + 1 };
            else
                runs.Add(next);
        }
        return runs;
    }

    private Tensor FirstLanes()
    {
        var outputs = HasNoTape ? _laneOutputs : _laneOutputs.detach();
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
        if (HasNoTape)
        {
            var (known, ofOutputs, classes) = ScoreTable.Differentiate(_laneOutputs, laneTargets);
            var rows = classes is null ? Head! : Head!.index_select(0, classes);
            return (known, new(StringComparer.Ordinal) { [LayerProfile.Outputs] = ofOutputs.matmul(rows) });
        }

        var cuts = _recorder.Cuts.ToArray();
        var scores = ScoreTable.Evaluate(_laneOutputs, laneTargets);
        var gradients = autograd.grad([scores.sum()], [.. cuts.Select(cut => cut.Value.Tensor)], retain_graph: retainGraph);
        var byCut = cuts.Zip(gradients).ToDictionary(pair => pair.First.Key, pair => pair.Second, StringComparer.Ordinal);
        if (Head is { } head)
            byCut[LayerProfile.Outputs] = byCut[LayerProfile.Outputs].matmul(head);
        return (scores, byCut);
    }

    /// <summary>Whether the gradient of one image's next target but <paramref name="target"/> is zero everywhere at a layer.</summary>
    private bool IsFlat(int image, CutLayer layer, int target, Dictionary<string, Tensor> gradients)
    {
        var cut = _profiles[layer.Name].Cut;
        return !gradients[cut].select(0, _recorder.Cuts[cut].Lanes.Start(image) + target).any().item<bool>();
    }

    /// <summary>As the other, where nothing but a linear layer lies between the layer's mean and the outputs.</summary>
    /// <returns>Null where the method, or where the layer's values lie, asks for the other.</returns>
    private float[][]? MapsOf(Run run, CutLayer layer, ICamMethod method, MeanGradients gradients)
    {
        var seen = _recorder.Activations[layer.Name];
        var positions = seen.Tensor.permute(0, 2, 3, 1);                                          // [lanes, h, w, C]
        if (method is not IMeanGradientMethod ofMeans || !TensorValues.ArePlain(positions))
            return null;

        // The gradient of each position is that of the average over their number.
        var scale = ofMeans.WeightOfMean(layer.Positions) / (float)layer.Positions;
        var values = TensorValues.View(positions);
        var ofLane = layer.Positions * layer.Channels;
        var maps = new float[run.Images * run.Targets][];
        for (var i = 0; i < maps.Length; i++)
        {
            var (image, target) = (run.First + i / run.Targets, i % run.Targets);
            maps[i] = gradients.Map(_lanes.Start(image) + target, values.Slice(seen.Lanes.Start(image) * ofLane, ofLane), scale);
        }

        // Until here: the span does not hold on to it.
        GC.KeepAlive(positions);
        return maps;
    }

    /// <summary>The maps of a run's targets at one layer: those of the first image, then those of the second and so on, each h·w values.</summary>
    private float[][] MapsOf(Run run, CutLayer layer, ICamMethod method, Dictionary<string, Tensor> gradients)
    {
        var profile = _profiles[layer.Name];
        var cut = _recorder.Cuts[profile.Cut];
        var seen = profile.Pool is null ? cut : _recorder.Activations[layer.Name];

        var isPooled = profile.Pool is not null;
        var ofCut = Rows(gradients[profile.Cut], run, cut.Lanes).narrow(1, 0, run.Targets);        // [N, K, C, h, w], or of the average
        if (isPooled)
        {
            // The gradient of each position is that of the average over their number.
            ofCut = ofCut.Over(layer.Positions).flatten(2);                                       // [N, K, C]
        }
        var activations = Rows(seen.Tensor.detach(), run, seen.Lanes).select(1, 0);               // [N, C, h, w]
        var maps = method is IMeanGradientMethod ofMeans
            ? ofMeans.MapOfMeans(activations, isPooled ? ofCut : ofCut.mean([3, 4]))
            : Each(run.Images, image => method.Map(activations.select(0, image), Everywhere(ofCut.select(0, image))));
        return [.. TensorValues.Floats(maps).Chunk(layer.Positions)];

        Tensor Everywhere(Tensor ofScores) => isPooled
            ? ofScores.unsqueeze(2).unsqueeze(3).expand(-1, -1, layer.Height, layer.Width)
            : ofScores;
    }

    private static Tensor Each(int images, Func<int, Tensor> map) => stack([.. Enumerable.Range(0, images).Select(map)]);

    /// <param name="tensor">[lanes of all images, ...].</param>
    /// <param name="run">Whose rows are wanted.</param>
    /// <param name="lanes">Whose rows are in it.</param>
    /// <returns>[N, lanes of an image, ...].</returns>
    private static Tensor Rows(Tensor tensor, Run run, LaneTable lanes)
    {
        var each = lanes.Counts[run.First];
        return tensor.narrow(0, lanes.Start(run.First), run.Images * each).unflatten(0, [run.Images, each]);
    }
}

using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Evidence;

/// <summary>Makes the maps of one photo and has each judged, on a thread of the model's workers.</summary>
/// <param name="request">What is asked.</param>
/// <param name="judge">Who judges.</param>
internal sealed class MapEvaluation(CheckedEvaluateRequest request, MapJudge judge)
{
    /// <summary>How many maps that know nothing there are.</summary>
    public const int Baselines = 2;

    /// <summary>Judges map by map. No dispose scope is open between two of them.</summary>
    /// <exception cref="NonFiniteException">A map, or the score of a changed photo, is no finite number.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<MapJudgement> Run(InspectedPhoto photo)
    {
        JudgedScore[] scores =
            [.. request.Targets.SelectMany((target, i) => target.Scores(photo.Logits).Select(score => new JudgedScore(i, target.Score, score)))];
        var maps = ImageMaps.Of(
            photo.Network, photo.Image, request.Layers, [.. scores.Select(score => score.Target)], request.Methods, photo.Cancellation);
        foreach (var (score, made) in scores.Zip(maps))
        {
            var losses = judge.Losses(photo, score);
            foreach (var judged in ToJudge(score, made))
            {
                photo.Cancellation.ThrowIfCancellationRequested();
                yield return judge.Judge(photo, score, judged, losses);
            }
        }
    }

    private List<JudgedMap> ToJudge(JudgedScore score, IReadOnlyList<Explain.SaliencyMap> maps)
    {
        if (maps.FirstOrDefault(map => !map.IsFinite) is { } damaged)
            throw new NonFiniteException($"the values of the {damaged.Method.Name} map of {score.Score.Name}");
        List<JudgedMap> judged = [.. maps.Select(score.Judged)];
        if (request.Plan.IncludesBaselines)
        {
            // As coarse as a layer's map, so that they lose for what they know, not for how they look.
            var (height, width) = (request.Layers[0].Height, request.Layers[0].Width);
            judged.Add(judged[0] with { Heat = RandomMap.Of(height, width, request.Plan.Seed), Map = null, Baseline = Baseline.Random });
            judged.Add(judged[0] with { Heat = CentredBlob.Of(height, width), Map = null, Baseline = Baseline.CentredBlob });
        }
        return judged;
    }
}

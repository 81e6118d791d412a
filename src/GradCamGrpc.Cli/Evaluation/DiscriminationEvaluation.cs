using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>
/// Measures whether maps tell one class from another on the same picture (after Selvaraju et al. 2017, section 5.1, where people were
/// asked): on pictures of two halves, each of another class's photo.
/// </summary>
/// <param name="subject">What is evaluated, on photos with boxes.</param>
/// <param name="question">What is asked.</param>
internal sealed class DiscriminationEvaluation(EvaluationSubject subject, DiscriminationQuestion question)
{
    /// <summary>What a map must do better than.</summary>
    private const string Random = "(a random map)";

    /// <summary>Random maps of each picture, so that chance is known better than the methods are.</summary>
    private const int RandomDraws = 8;

    private const int BatchSize = 8;

    private ulong _randomSeed;

    private sealed record Picture(ModelInput Input, BoxedPhoto Left, BoxedPhoto Right)
    {
        public string Name => $"{Left.Path} beside {Right.Path}";
    }

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Called after each pair.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">A photo or its boxes will not do, there are no pairs, the network knows none, or a map is not finite.</exception>
    public DiscriminationResult Run(Action done, CancellationToken cancellation)
    {
        var pairs = PhotoPairs.Draw(subject.Photos, question.Pairs, question.Seed);
        if (pairs.Count == 0)
            throw new EvaluationException("photos of two classes at least are needed");

        var judged = new List<(string Name, Discrimination Figures)>();
        foreach (var chunk in pairs.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            judged.AddRange(RunBatch(chunk, cancellation));
            foreach (var _ in chunk)
                done();
        }
        var known = judged.Count(entry => entry.Name == Random) / RandomDraws;
        if (known == 0)
            throw new EvaluationException($"the network knows both classes of none of {pairs.Count} pairs: they are not among the {question.KnownRank} first");
        string[] names = [.. subject.Methods.Select(method => method.Name), Random];
        return new DiscriminationResult(
            subject.Model,
            subject.Network.Layer,
            question.Seed,
            pairs.Count,
            known,
            question.KnownRank,
            [.. names.Select(name => DiscriminationFigures.Of(name, [.. judged.Where(entry => entry.Name == name).Select(entry => entry.Figures)]))]);
    }

    private List<(string Name, Discrimination Figures)> RunBatch((BoxedPhoto Left, BoxedPhoto Right)[] pairs, CancellationToken cancellation)
    {
        var pictures = new List<Picture>();
        try
        {
            foreach (var (left, right) in pairs)
                pictures.Add(Compose(left, right));
            var known = Known(pictures, cancellation);
            return known.Length == 0 ? [] : Judge(known, cancellation);
        }
        finally
        {
            foreach (var picture in pictures)
                picture.Input.Dispose();
        }
    }

    private Picture Compose(BoxedPhoto left, BoxedPhoto right)
    {
        var preprocessor = subject.Network.Preprocessor;
        using var leftPhoto = LoadedPhoto.Load(left, preprocessor);
        using var rightPhoto = LoadedPhoto.Load(right, preprocessor);
        using var composed = SideBySide.Compose(leftPhoto.Seen, LargestBox(leftPhoto), rightPhoto.Seen, LargestBox(rightPhoto));
        return new Picture(preprocessor.PrepareResized(composed), left, right);
    }

    private static BoundingBox LargestBox(LoadedPhoto photo) => photo.OnInput(photo.Photo.Boxes.MaxBy(box => box.Area));

    private Picture[] Known(IReadOnlyList<Picture> pictures, CancellationToken cancellation)
    {
        var outputs = Explain(pictures, [], (_, _, _) => { }, cancellation).Select((image, i) => image.Checked(pictures[i].Name)).ToArray();
        return
        [
            .. pictures.Where((picture, i) =>
                outputs[i].Rank(picture.Left.ClassIndex) <= question.KnownRank && outputs[i].Rank(picture.Right.ClassIndex) <= question.KnownRank),
        ];
    }

    private List<(string Name, Discrimination Figures)> Judge(Picture[] pictures, CancellationToken cancellation)
    {
        var (height, width) = (subject.Network.InputHeight, subject.Network.InputWidth);
        var judged = new List<(string, Discrimination)>();
        var lefts = new Dictionary<(int Picture, string Method), HeatMap>();
        Explain(pictures, subject.Methods, (i, side, map) =>
        {
            var heat = HeatMap.Of(map.Checked(pictures[i].Name)).ResizedTo(height, width);
            if (side == 0)
                lefts.Add((i, map.Method.Name), heat);
            else if (lefts.Remove((i, map.Method.Name), out var left))
                judged.Add((map.Method.Name, Discrimination.Of(left, heat)));
        }, cancellation);
        for (var i = 0; i < pictures.Length * RandomDraws; i++)
            judged.Add((Random, Discrimination.Of(RandomHeat(), RandomHeat())));
        return judged;
    }

    private ClassOutputs[] Explain(
        IReadOnlyList<Picture> pictures, IReadOnlyList<IExplanationMethod> methods, Action<int, int, SaliencyMap> onMap, CancellationToken cancellation) =>
        subject.Network.Explain(
            [.. pictures.Select(picture => picture.Input)],
            [.. pictures.Select(picture => new[] { picture.Left.ClassIndex, picture.Right.ClassIndex })],
            methods,
            onMap,
            cancellation);

    /// <summary>As coarse as a layer's map, so that it loses for what it knows, not for how it looks.</summary>
    private HeatMap RandomHeat() => RandomMap.Of(subject.Network.LayerHeight, subject.Network.LayerWidth, _randomSeed++)
        .ResizedTo(subject.Network.InputHeight, subject.Network.InputWidth);
}

using System.Diagnostics;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Measures what bf16 and the fast decoding of photos change, as a server would see the photos.</summary>
/// <param name="subject">What is evaluated, in fp32, by one method.</param>
internal sealed class PrecisionEvaluation(EvaluationSubject subject)
{
    private const int BatchSize = 8;

    /// <summary>What came of one photo.</summary>
    private sealed record Seen(ClassOutputs Outputs, SaliencyMap Map);

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Called after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">A photo will not do, or the outputs are not finite.</exception>
    public PrecisionResult Run(Action done, CancellationToken cancellation)
    {
        var objection = subject.ObjectionTo(Precision.Bf16);
        using var half = objection is null ? subject.NetworkIn(Precision.Bf16) : null;
        List<Way> ways = [new("fp32", subject.Network, IsFast: false), new("fp32, fast decoding", subject.Network, IsFast: true)];
        if (half is not null)
            ways.AddRange([new("bf16", half, IsFast: false), new("bf16, fast decoding", half, IsFast: true)]);

        foreach (var chunk in subject.Photos.Chunk(BatchSize))
        {
            foreach (var way in ways)
            {
                cancellation.ThrowIfCancellationRequested();
                way.Look(chunk, subject, cancellation);
            }
            foreach (var _ in chunk)
                done();
        }
        return new PrecisionResult(subject.Model, subject.Photos.Count, [.. ways.Select(way => FiguresOf(way, ways[0]))], objection);
    }

    private PrecisionFigures FiguresOf(Way way, Way exact)
    {
        var photos = subject.Photos.Select((photo, i) => (photo.ClassIndex, Exact: exact.Photos[i], Now: way.Photos[i])).ToArray();
        return new PrecisionFigures(
            way.Name,
            photos.Average(photo => photo.Now.Outputs.First == photo.ClassIndex ? 1.0 : 0.0),
            photos.Average(photo => photo.Now.Outputs.First == photo.Exact.Outputs.First ? 1.0 : 0.0),
            photos.Max(photo => Math.Abs(photo.Now.Outputs.Probability(photo.ClassIndex) - photo.Exact.Outputs.Probability(photo.ClassIndex))),
            photos.Average(photo => RankCorrelation.Spearman(photo.Exact.Map.Values.Span, photo.Now.Map.Values.Span)),
            photos.Max(photo => Difference(photo.Exact.Map, photo.Now.Map)),
            way.Decode.TotalMilliseconds / photos.Length,
            way.Network.TotalMilliseconds / photos.Length);
    }

    /// <summary>The largest difference of two maps, in shares of the first one's largest magnitude; 0 where that is zero everywhere.</summary>
    private static double Difference(SaliencyMap exact, SaliencyMap map)
    {
        var (a, b) = (exact.Values.ToArray(), map.Values.ToArray());
        var largest = a.Max(Math.Abs);
        return largest == 0 ? 0 : a.Zip(b, (one, other) => Math.Abs(one - other)).Max() / largest;
    }

    /// <summary>A way of running, and what came of the photos so far.</summary>
    private sealed record Way(string Name, EvaluatedNetwork Evaluated, bool IsFast)
    {
        public List<Seen> Photos { get; } = [];

        public TimeSpan Decode { get; private set; }

        public TimeSpan Network { get; private set; }

        public void Look(BoxedPhoto[] photos, EvaluationSubject subject, CancellationToken cancellation)
        {
            var inputs = new List<ModelInput>();
            try
            {
                foreach (var photo in photos)
                    inputs.Add(InputOf(photo));
                var maps = new SaliencyMap[photos.Length];
                int[][] classes = [.. photos.Select(photo => new[] { photo.ClassIndex })];
                var start = Stopwatch.GetTimestamp();
                var outputs = Evaluated.Explain(inputs, classes, subject.Methods, (image, _, map) => maps[image] = map, cancellation);
                Network += Stopwatch.GetElapsedTime(start);
                for (var i = 0; i < photos.Length; i++)
                    Photos.Add(new Seen(outputs[i].Checked(photos[i].Path), maps[i].Checked(photos[i].Path)));
            }
            finally
            {
                foreach (var input in inputs)
                    input.Dispose();
            }
        }

        private ModelInput InputOf(BoxedPhoto photo)
        {
            var file = File.ReadAllBytes(photo.Path);
            var start = Stopwatch.GetTimestamp();
            try
            {
                var size = ImageDecoder.Measure(file, new ImageLimits());
                using var pixels = ImageDecoder.Decode(file, new ImageLimits(), IsFast ? Evaluated.ServedPreprocessor.ResizedSize(size) : null);
                return Evaluated.ServedPreprocessor.Prepare(pixels, size);
            }
            catch (InvalidImageException fault)
            {
                throw new EvaluationException($"{photo.Path}: {fault.Message}");
            }
            finally
            {
                Decode += Stopwatch.GetElapsedTime(start);
            }
        }
    }
}

using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns what a captioning head says into messages.</summary>
internal sealed class CaptionWriter(ResponseWriter writer, ServerMetrics metrics)
{
    public CaptionPrediction Prediction(ModelInstance model, Photo photo, ForwardResult result, SpokenCaption spoken)
    {
        metrics.Record(Stage.Caption, model.Name, spoken.Duration);
        return new CaptionPrediction
        {
            Model = model.Name,
            ModelVersion = model.Manifest.Version,
            ModelRevision = model.Folder.Revision,
            Captions = { spoken.Sentences.Select(sentence => Sentence(sentence, model.Captioner!.Words)) },
            Crop = ResponseWriter.Rectangle(photo.Input.Crop),
            ImageSize = ResponseWriter.Size(photo.Width, photo.Height),
            Timings = ResponseWriter.Timings(photo, result),
            CaptionDuration = Duration.FromTimeSpan(spoken.Duration),
        };
    }

    /// <summary>The parts of an answer, each as it is ready.</summary>
    /// <param name="request">The request.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="inference">What the model says of it.</param>
    public async IAsyncEnumerable<CaptioningServiceExplainResponse> AnswerAsync(
        CheckedCaptionExplainRequest request, Photo photo, CaptioningRequest inference)
    {
        var forward = await inference.Prediction;
        var spoken = await inference.Said;
        yield return new CaptioningServiceExplainResponse
        {
            Prediction = Prediction(request.Model, photo, forward, spoken),
            MapCount = spoken.Scores.Count * request.MapsPerScore,
            SkippedTargets = { Skipped(request, spoken.Best) },
        };
        foreach (var attention in Attention(request.Model, spoken))
            yield return new CaptioningServiceExplainResponse { Attention = attention };
        await foreach (var map in request.Fused(inference.Items))
            yield return new CaptioningServiceExplainResponse { Map = await MapAsync(request, photo, spoken, map, inference.Cancellation) };
    }

    /// <summary>The targets that a caption, which is whole, turns out not to have.</summary>
    private static IEnumerable<SkippedTarget> Skipped(CheckedCaptionExplainRequest request, Sentence sentence) => request.Targets
        .Select(target => (target.TargetIndex, Fault: target.FaultIn(sentence)))
        .Where(target => target.Fault is not null)
        .Select(target => new SkippedTarget { TargetIndex = target.TargetIndex, Reason = target.Fault!.Description });

    /// <summary>The weights of attention of a caption's words, where there are any.</summary>
    private static IEnumerable<WordAttention> Attention(ModelInstance model, SpokenCaption spoken)
    {
        var captioner = model.Captioner!;
        return spoken.Attention.Select((grids, place) => new WordAttention
        {
            Word = Word(place, spoken.Best.Words[place], captioner.Words),
            Grids = { AttentionWriter.Grids(captioner.Layers.All, grids) },
        });
    }

    /// <summary>A map of one of the request's scores.</summary>
    /// <param name="request">The request.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="spoken">The caption.</param>
    /// <param name="ready">The map.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    private ValueTask<SaliencyMap> MapAsync(
        CheckedCaptionExplainRequest request, Photo photo, SpokenCaption spoken, ReadyMap ready, CancellationToken cancellation)
    {
        var score = spoken.Scores[ready.TargetIndex];
        var explained = Score(score, spoken.Best, request.Model.Captioner!.Words, ready.Map.Score);
        var provenance = ResponseWriter.Provenance(request.Model, photo, explained, ready.Map, request.Fusion);
        provenance.HeadWeightsSha256 = request.Model.Manifest.Captioning!.Weights.Sha256;
        return writer.MapAsync(request, photo, ready with { TargetIndex = score.TargetIndex }, provenance, cancellation);
    }

    private static Caption Sentence(Sentence sentence, Vocabulary words)
    {
        return new Caption
        {
            Text = Said(sentence, words),
            Words =
            {
                sentence.Words.SkipLast(1).Select((word, place) => new CaptionWord
                {
                    Text = words.WordOf(word),
                    LogProbability = sentence.LogProbabilities[place],
                }),
            },
            EndLogProbability = sentence.LogProbabilities[^1],
            LogProbability = sentence.LogProbability,
        };
    }

    private static ExplainedScore Score(CaptionScore score, Sentence sentence, Vocabulary words, double value)
    {
        int[] places = [.. score.Places(sentence)];
        return new ExplainedScore
        {
            Kind = score.Kind,
            Value = value,
            Words = new ExplainedWords
            {
                Words =
                {
                    places
                        .Select(place => (Place: place, Word: score.Alternative ?? sentence.Words[place]))
                        .Where(said => Vocabulary.IsWord(said.Word))
                        .Select(said => Word(said.Place, said.Word, words)),
                },
                IncludesEnd = score.Count is null,
                Contrast = score.Contrast is { } other ? words.WordOf(other) : "",
                Caption = Said(sentence, words),
            },
        };
    }

    private static string Said(Sentence sentence, Vocabulary words) => Words.Join([.. sentence.Words.SkipLast(1).Select(words.WordOf)]);

    private static ExplainedWord Word(int place, int word, Vocabulary words) => new() { Position = place, Text = words.WordOf(word) };
}

using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns what an answering head says into messages.</summary>
internal sealed class VqaWriter(ResponseWriter writer, ServerMetrics metrics)
{
    /// <param name="model">The model.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="result">What the forward pass says of it.</param>
    /// <param name="given">The answers.</param>
    /// <param name="topK">How many are listed for each question.</param>
    public VqaPrediction Prediction(ModelInstance model, Photo photo, ForwardResult result, GivenAnswers given, int topK)
    {
        metrics.Record(Stage.Answer, model.Name, given.Duration);
        var answers = model.Answerer!.Answers;
        return new VqaPrediction
        {
            Model = model.Name,
            ModelVersion = model.Manifest.Version,
            ModelRevision = model.Folder.Revision,
            Questions = { given.Questions.Zip(given.Logits, (question, logits) => Answers(question, logits, topK, answers)) },
            Crop = ResponseWriter.Rectangle(photo.Input.Crop),
            ImageSize = ResponseWriter.Size(photo.Width, photo.Height),
            Timings = ResponseWriter.Timings(photo, result),
            AnswerDuration = Duration.FromTimeSpan(given.Duration),
        };
    }

    /// <summary>The parts of an answer, each as it is ready.</summary>
    /// <param name="request">The request.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="inference">What the model says of it.</param>
    public async IAsyncEnumerable<VqaServiceExplainResponse> AnswerAsync(CheckedVqaExplainRequest request, Photo photo, AnsweringRequest inference)
    {
        var forward = await inference.Prediction;
        var given = await inference.Said;
        yield return new VqaServiceExplainResponse
        {
            Prediction = Prediction(request.Model, photo, forward, given, request.TopK),
            MapCount = given.Scores.Count * request.MapsPerScore,
        };
        foreach (var attention in Attention(request.Model, given))
            yield return new VqaServiceExplainResponse { Attention = attention };
        foreach (var words in given.LeftOut)
            yield return new VqaServiceExplainResponse { LeftOutWords = LeftOut(request.Model, words) };
        await foreach (var map in request.Fused(inference.Items))
            yield return new VqaServiceExplainResponse { Map = await MapAsync(request, photo, given.Scores[map.TargetIndex], map, inference.Cancellation) };
    }

    /// <summary>The weights of attention of each question, where there are any.</summary>
    private static IEnumerable<QuestionAttention> Attention(ModelInstance model, GivenAnswers given) =>
        given.Attention.Select((grids, i) => new QuestionAttention
        {
            QuestionIndex = i,
            Grids = { AttentionWriter.Grids(model.Answerer!.Layers.All, grids) },
        });

    /// <summary>What becomes of an answer without each word.</summary>
    private static LeftOutWords LeftOut(ModelInstance model, WordsLeftOut words) => new()
    {
        QuestionIndex = words.Score.QuestionIndex,
        TargetIndex = words.Score.TargetIndex,
        AnswerIndex = words.Score.AnswerIndex,
        Text = model.Answerer!.Answers.All[words.Score.AnswerIndex],
        LogProbability = words.Whole.LogProbability,
        Words =
        {
            words.Without.Select((without, place) => new LeftOutWord
            {
                Word = Word(words.Score.Question, place),
                LogProbability = without.LogProbability,
                LogProbabilityChange = without.LogProbability - words.Whole.LogProbability,
                Margin = without.Margin ?? 0,
                MarginChange = (without.Margin ?? 0) - (words.Whole.Margin ?? 0),
            }),
        },
        Contrast = words.Score.Choice.Contrast is { } other ? model.Answerer.Answers.All[other] : "",
        Margin = words.Whole.Margin ?? 0,
    };

    /// <summary>A map of one of the request's scores.</summary>
    /// <param name="request">The request.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="score">The score.</param>
    /// <param name="ready">The map.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    private async ValueTask<AnswerMap> MapAsync(
        CheckedVqaExplainRequest request, Photo photo, AnswerScore score, ReadyMap ready, CancellationToken cancellation)
    {
        var explained = Score(score, request.Model.Answerer!.Answers, ready.Map.Score);
        var provenance = ResponseWriter.Provenance(request.Model, photo, explained, ready.Map, request.Fusion);
        provenance.HeadWeightsSha256 = request.Model.Manifest.Answering!.Weights.Sha256;
        return new AnswerMap
        {
            QuestionIndex = score.QuestionIndex,
            Map = await writer.MapAsync(request, photo, ready with { TargetIndex = score.TargetIndex }, provenance, cancellation),
        };
    }

    private static QuestionAnswers Answers(Question question, float[] logits, int topK, AnswerIndex answers)
    {
        var probabilities = Ranking.Softmax(logits);
        return new QuestionAnswers
        {
            Words =
            {
                question.Words.Zip(question.Numbers, (word, number) => new QuestionWord { Text = word, IsUnknown = !Vocabulary.IsWord(number) }),
            },
            Answers =
            {
                Ranking.Top(logits, topK).Select(index => new RankedAnswer
                {
                    AnswerIndex = index,
                    Text = answers.All[index],
                    Probability = probabilities[index],
                    Logit = logits[index],
                }),
            },
        };
    }

    private static ExplainedScore Score(AnswerScore score, AnswerIndex answers, double value) => new()
    {
        Kind = score.Choice.Kind,
        Value = value,
        Answer = new ExplainedAnswer
        {
            AnswerIndex = score.AnswerIndex,
            Text = answers.All[score.AnswerIndex],
            Contrast = score.Choice.Contrast is { } other ? answers.All[other] : "",
            Question = Words.Join(score.Asked.Words),
            LeftOut = score.LeftOut is { } place ? Word(score.Question, place) : null,
        },
    };

    private static ExplainedWord Word(Question question, int place) => new() { Position = place, Text = question.Words[place] };
}

using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns messages about questions into checked requests, and finds every fault in them before any work is done.</summary>
internal sealed class VqaReader(RequestReader requests)
{
    private const int MaxQuestions = 32;
    private const int DefaultTopK = 5;

    private readonly HeadReader _head = new(requests, HeadKind.Answering);

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model.</exception>
    public CheckedAnswerRequest Read(AnswerRequest request)
    {
        var faults = new Violations();
        var model = _head.Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        Question?[] questions = [];
        var topK = 0;
        if (CheckCount(request.Questions.Count, faults) && model is not null)
            questions = [.. request.Questions.Select((text, i) => ReadQuestion(text, $"questions[{i}]", model, faults))];
        if (model is not null)
            topK = TopK(request.HasPredictionTopK ? request.PredictionTopK : null, model, faults);
        faults.ThrowIfAny();
        return new CheckedAnswerRequest(model!, [.. questions.OfType<Question>()], topK);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or answer.</exception>
    public CheckedVqaExplainRequest Read(VqaServiceExplainRequest request)
    {
        var faults = new Violations();
        var model = _head.Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        var query = Read(request, model, faults);
        faults.ThrowIfAny();
        return query!;
    }

    /// <summary>Reads a request that is a part of another one, whose model and photo it shares.</summary>
    /// <param name="part">The request.</param>
    /// <param name="field">Its field in the whole.</param>
    /// <param name="model">The model; null where that is wrong.</param>
    /// <param name="faults">Told what is wrong, of the whole.</param>
    /// <returns>Null where it cannot be put together; other faults are told all the same.</returns>
    public CheckedVqaExplainRequest? ReadPart(VqaServiceExplainRequest part, string field, ModelInstance? model, Violations faults)
    {
        var able = model is not null && _head.HasHead(model, field, faults) ? model : null;
        RequestReader.RefuseOwn(part.Model, part.Image, faults.Of(field));
        return Read(part, able, faults.Of(field));
    }

    private CheckedVqaExplainRequest? Read(VqaServiceExplainRequest request, ModelInstance? model, Violations faults)
    {
        QuestionTargets[] questions = [];
        var topK = 0;
        CutLayer[] layers = [];
        IExplanationMethod[] methods = [];
        if (CheckCount(request.Questions.Count, faults) && model is not null)
        {
            questions =
            [
                .. request.Questions
                    .Select((question, i) => ReadTargets(question, $"questions[{i}]", model, faults))
                    .OfType<QuestionTargets>(),
            ];
        }
        if (model is not null)
        {
            topK = TopK(request.HasPredictionTopK ? request.PredictionTopK : null, model, faults);
            layers = _head.Layers(request.Layers, model, faults);
            methods = _head.Methods(request.Methods, model, layers, faults);
            var scores = questions.Sum(asked => asked.Count * (request.LeaveWordsOut ? asked.Question.ScoresWithWordsLeftOut : 1));
            HeadReader.CheckMaps(scores, "questions", layers, methods, faults);
        }
        var fusion = layers.Length == 0 ? null : FusionReader.ReadOfHead(request.LayerFusion, layers.Length, faults);
        var outputs = OutputReader.Read(request.Outputs, faults);
        return model is null
            ? null
            : new CheckedVqaExplainRequest(model, questions, topK, request.LeaveWordsOut, layers, fusion, methods, outputs, request.IncludeAttention);
    }

    private static bool CheckCount(int questions, Violations faults)
    {
        if (questions is >= 1 and <= MaxQuestions)
            return true;
        faults.Invalid("questions", $"there are {questions}; 1 to {MaxQuestions} are needed");
        return false;
    }

    private static QuestionTargets? ReadTargets(VqaQuestion message, string field, ModelInstance model, Violations faults)
    {
        var question = ReadQuestion(message.Text, $"{field}.text", model, faults);
        var targets = AnswerTargetReader.Read(message.Targets, $"{field}.targets", model.Answerer!.Answers, faults);
        return question is null ? null : new QuestionTargets(question, targets);
    }

    private static Question? ReadQuestion(string text, string field, ModelInstance model, Violations faults)
    {
        var answerer = model.Answerer!;
        return WordReader.Split(text, field, answerer.MaxWords, faults) is { } words ? new Question(words, answerer.Words.NumbersOf(words)) : null;
    }

    private static int TopK(int? topK, ModelInstance model, Violations faults)
    {
        var known = model.Answerer!.Answers.Count;
        var listed = topK ?? Math.Min(DefaultTopK, known);
        faults.Within("prediction_top_k", listed, 1, known);
        return listed;
    }
}

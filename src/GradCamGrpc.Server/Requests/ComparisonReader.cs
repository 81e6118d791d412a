using Google.Protobuf.Collections;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Comparison;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns the messages of ComparisonService into checked requests.</summary>
internal sealed class ComparisonReader(RequestReader reader)
{
    private const int MinModels = 2;
    private const int MaxModels = 8;
    private const int Candidates = 10;
    private const double DefaultEpsilon = 2.0 / 255;
    private const double DefaultStepShare = 0.25;
    private const int DefaultSteps = 10;
    private const int MaxSteps = 100;

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    public CheckedCompareClassesRequest Read(CompareClassesRequest request)
    {
        var faults = new Violations();
        var model = reader.Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        var trueClass = Class(request.TrueClass ?? new ClassReference(), "true_class", model, faults);
        var question = Question(model, request.Layer, request.Method, request.Outputs, faults);
        faults.ThrowIfAny();
        TargetChoice[] targets =
        [
            new TargetChoice.Top(1, ScoreChoice.Logit),
            new TargetChoice.Class(trueClass!.Value, ScoreChoice.Logit),
            new TargetChoice.Top(1, new ScoreChoice(ScoreKind.Logit, trueClass)),
        ];
        return new CheckedCompareClassesRequest(question! with { Targets = targets }, trueClass.Value);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    public CheckedPerturbRequest Read(PerturbRequest request)
    {
        var faults = new Violations();
        var model = reader.Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        var attacked = request.AttackedClass is null ? null : Class(request.AttackedClass, "attacked_class", model, faults);
        Attack attack = request.AttackCase is PerturbRequest.AttackOneofCase.Pgd ? Pgd(request.Pgd, faults) : Fgsm(request.Fgsm ?? new Fgsm(), faults);
        var question = Question(model, request.Layer, request.Method, request.Outputs, faults);
        faults.ThrowIfAny();
        return new CheckedPerturbRequest(question! with { Targets = [Target(attacked)] }, attacked, attack);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    public CheckedCompareModelsRequest Read(CompareModelsRequest request)
    {
        var faults = new Violations();
        RequestReader.RequireImage(request.Image, faults);
        var models = Models(request.Models, faults);
        var method = Method(request.Method, faults);
        var outputs = OutputReader.Read(request.Outputs, faults);
        var questions = new List<CheckedExplainRequest>();
        for (var i = 0; i < models.Length; i++)
        {
            if (models[i] is not { } model)
                continue;
            var layer = Layer(request.Models[i].Layer, model, faults, $"models[{i}].layer");
            Object(method, model, layer, faults, of: $" (model '{model.Name}')");
            if (layer is not null && method is not null)
                questions.Add(Question(model, layer, method, outputs) with { Targets = [Target(null)] });
        }
        var known = request.ExplainedClass is null || models is not [{ } first, ..] ? null : Class(request.ExplainedClass, "explained_class", first, faults);
        if (known is { } index && models.All(model => model is not null) && questions.Count == models.Length)
            questions = [.. WithClass(questions, index, faults)];
        var plan = MeasureReader.ReadDefault(request.Boxes, faults);
        faults.ThrowIfAny();
        return new CheckedCompareModelsRequest(questions, known is not null, plan);
    }

    /// <summary>The questions about a class of the first model, the same for all.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="classIndex">The class's index in the first model.</param>
    /// <param name="faults">Told of each model that has no such class, or several; its question stays without one.</param>
    public static IEnumerable<CheckedExplainRequest> WithClass(IReadOnlyList<CheckedExplainRequest> questions, int classIndex, Violations faults)
    {
        var label = questions[0].Model.Labels.Labels[classIndex];
        for (var i = 0; i < questions.Count; i++)
        {
            var index = i == 0 ? classIndex : SameClass(label, classIndex, questions[i].Model, $"models[{i}].model", faults);
            yield return questions[i] with { Targets = [Target(index)] };
        }
    }

    private static int? SameClass(string label, int index, ModelInstance model, string field, Violations faults)
    {
        var fitting = model.Labels.FindSame(label, index);
        switch (fitting.Count)
        {
            case 1:
                return fitting[0];
            case 0:
                var hint = Suggestions.Hint(label.Split(',')[0], model.Labels.Labels);
                faults.Absent(field, $"the model '{model.Name}' has no class '{Text.Quoted(label)}'{hint}");
                return null;
            default:
                var classes = fitting.Take(Candidates).Select(candidate => $"{model.Labels.Labels[candidate]} ({candidate})");
                faults.Invalid(field, $"'{Text.Quoted(label)}' may mean several classes of the model '{model.Name}': {string.Join("; ", classes)}");
                return null;
        }
    }

    private static TargetChoice Target(int? classIndex) => classIndex is { } index
        ? new TargetChoice.Class(index, ScoreChoice.Logit)
        : new TargetChoice.Top(1, ScoreChoice.Logit);

    /// <summary>A question without targets; null where something is wrong with it.</summary>
    private static CheckedExplainRequest? Question(
        ModelInstance? model, string layerName, ExplanationMethod? message, RepeatedField<MapOutput> forms, Violations faults)
    {
        var method = Method(message, faults);
        var outputs = OutputReader.Read(forms, faults);
        if (model is null)
            return null;
        var layer = Layer(layerName, model, faults, "layer");
        Object(method, model, layer, faults);
        return layer is null || method is null ? null : Question(model, layer, method, outputs);
    }

    private static CheckedExplainRequest Question(ModelInstance model, CutLayer layer, IExplanationMethod method, OutputForm[] outputs) =>
        new(model, model.Preprocessor, RequestReader.DefaultTopKOf(model), Targets: [], [layer], Fusion: null, [method], outputs, LabelImages: []);

    private static CutLayer? Layer(string name, ModelInstance model, Violations faults, string field) =>
        RequestReader.Layer(name.Length == 0 ? model.DefaultLayer : name, model, model.Preprocessor, faults, field);

    private static IExplanationMethod? Method(ExplanationMethod? message, Violations faults) =>
        message is null ? new Explain.Methods.GradCam() : MethodReader.Read(message, "method", faults);

    private static void Object(IExplanationMethod? method, ModelInstance model, CutLayer? layer, Violations faults, string of = "")
    {
        if (method is not null && layer is not null && model.ObjectionTo(method, layer) is { } objection)
            faults.Invalid("method", $"{method.Name} {objection}{of}");
    }

    private static int? Class(ClassReference reference, string field, ModelInstance? model, Violations faults)
    {
        if (model is not null)
            return TargetReader.Class(reference, field, model, faults);
        if (reference.ReferenceCase is ClassReference.ReferenceOneofCase.None)
            faults.Invalid(field, "a class_index or a label is needed");
        return null;
    }

    private ModelInstance?[] Models(RepeatedField<ModelChoice> choices, Violations faults)
    {
        if (choices.Count is < MinModels or > MaxModels)
        {
            faults.Invalid("models", $"{choices.Count} models are not from {MinModels} to {MaxModels}");
            return [];
        }
        var models = new ModelInstance?[choices.Count];
        for (var i = 0; i < models.Length; i++)
        {
            var field = $"models[{i}].model";
            if (reader.Model(choices[i].Model, faults, field) is not { } model)
                continue;
            if (models.Contains(model))
                faults.Invalid(field, $"'{model.Name}' is named twice");
            else
                models[i] = model;
        }
        return models;
    }

    private static Attack.Fgsm Fgsm(Fgsm message, Violations faults)
    {
        var epsilon = message.HasEpsilon ? message.Epsilon : DefaultEpsilon;
        faults.Within("fgsm.epsilon", epsilon, 0, 1);
        return new Attack.Fgsm(epsilon);
    }

    private static Attack.Pgd Pgd(Pgd message, Violations faults)
    {
        var epsilon = message.HasEpsilon ? message.Epsilon : DefaultEpsilon;
        var isRight = faults.Within("pgd.epsilon", epsilon, 0, 1);
        var stepSize = message.HasStepSize ? message.StepSize : DefaultStepShare * epsilon;
        if (isRight || message.HasStepSize)
            faults.Within("pgd.step_size", stepSize, 0, 1);
        var steps = message.HasStepCount ? message.StepCount : DefaultSteps;
        faults.Within("pgd.step_count", steps, 1, MaxSteps);
        return new Attack.Pgd(epsilon, stepSize, steps, message.RandomStart?.Seed);
    }
}

using System.Globalization;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads which scores a client wants explained.</summary>
internal static class TargetReader
{
    private const int Candidates = 10;
    private const int MaxTerms = 64;
    private const double MinWeight = 1e-9;
    private const double MaxWeight = 1e9;

    public static TargetChoice[] Read(IReadOnlyList<ClassTarget> targets, ModelInstance model, Violations faults)
    {
        if (targets.Count == 0)
            return [new TargetChoice.Top(1, ScoreChoice.Logit)];
        if (targets.Count > RequestReader.MaxMaps)
        {
            faults.Invalid("targets", $"{targets.Count} targets are more than the {RequestReader.MaxMaps} maps that a request may ask for");
            return [];
        }
        return [.. targets.Select((target, i) => Read(target, $"targets[{i}]", model, faults)).OfType<TargetChoice>()];
    }

    /// <summary>The one score that a request is about.</summary>
    /// <param name="target">The target; null for the most probable class.</param>
    /// <param name="field">Its field.</param>
    /// <param name="model">The model.</param>
    /// <param name="faults">What is wrong.</param>
    /// <returns>Null where it is wrong.</returns>
    public static TargetChoice? ReadOne(ClassTarget? target, string field, ModelInstance model, Violations faults)
    {
        if (target is null)
            return new TargetChoice.Top(1, ScoreChoice.Logit);
        var choice = Read(target, field, model, faults);
        if (choice is { Count: > 1 })
            faults.Invalid($"{field}.top_k", $"{choice.Count} classes are too many: one score is asked about");
        return choice;
    }

    private static TargetChoice? Read(ClassTarget target, string field, ModelInstance model, Violations faults)
    {
        var score = Score(target, field, model, faults);
        switch (target.TargetCase)
        {
            case ClassTarget.TargetOneofCase.ClassIndex:
                return One(Index(target.ClassIndex, $"{field}.class_index", model, faults), score, field, faults);
            case ClassTarget.TargetOneofCase.Label:
                return One(Label(target.Label, $"{field}.label", model, faults), score, field, faults);
            case ClassTarget.TargetOneofCase.TopK:
                return Top(target.TopK, score, field, model.ClassCount, "a class_index or a label", faults);
            case ClassTarget.TargetOneofCase.WeightedClasses:
                if (target.Contrast is not null)
                    faults.Invalid($"{field}.contrast", "a weighted sum is not contrasted; give the other class a negative weight in it");
                return Weighted(target.WeightedClasses, score, $"{field}.weighted_classes.terms", model, faults);
            default:
                faults.Invalid(field, "a class_index, a label, a top_k or weighted_classes is needed");
                return null;
        }
    }

    /// <summary>The score of one class, or answer; null where there is none.</summary>
    /// <param name="index">Its index; null where that is wrong.</param>
    /// <param name="score">What of it.</param>
    /// <param name="field">The target's field.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static TargetChoice.Class? One(int? index, ScoreChoice score, string field, Violations faults)
    {
        if (index is null)
            return null;
        if (index == score.Contrast)
            faults.Invalid($"{field}.contrast", "nothing can be contrasted with itself");
        return new TargetChoice.Class(index.Value, score);
    }

    /// <summary>The scores of the k likeliest classes, or answers; null where k is wrong.</summary>
    /// <param name="k">How many.</param>
    /// <param name="score">What of each.</param>
    /// <param name="field">The target's field.</param>
    /// <param name="known">How many there are.</param>
    /// <param name="named">How one alone is named, which a contrast needs.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static TargetChoice.Top? Top(int k, ScoreChoice score, string field, int known, string named, Violations faults)
    {
        if (!faults.Within($"{field}.top_k", k, 1, Math.Min(RequestReader.MaxMaps, known)))
            return null;

        // It could be one of the k, and its map all zero.
        if (score.Contrast is not null)
            faults.Invalid($"{field}.contrast", $"a contrast needs {named}");
        return new TargetChoice.Top(k, score);
    }

    private static TargetChoice.Weighted? Weighted(
        WeightedClasses message, ScoreChoice score, string field, ModelInstance model, Violations faults)
    {
        if (message.Terms.Count is 0 or > MaxTerms)
        {
            faults.Invalid(field, $"{message.Terms.Count} classes make no weighted sum; 1 to {MaxTerms} are needed");
            return null;
        }
        var terms = new List<WeightedTerm>();
        for (var i = 0; i < message.Terms.Count; i++)
        {
            var (named, weight) = (message.Terms[i].ClassReference, message.Terms[i].Weight);
            var index = Class(named, $"{field}[{i}].class_reference", model, faults);
            if (!(Math.Abs(weight) is >= MinWeight and <= MaxWeight))
                faults.Invalid($"{field}[{i}].weight", $"{weight} is not of a magnitude from {MinWeight} to {MaxWeight}");
            if (index is null)
                continue;
            if (terms.Exists(term => term.ClassIndex == index))
                faults.Invalid($"{field}[{i}].class_reference", $"'{model.Labels.Labels[index.Value]}' is named twice");
            terms.Add(new WeightedTerm(index.Value, weight));
        }
        return new TargetChoice.Weighted(terms, score);
    }

    private static ScoreChoice Score(ClassTarget target, string field, ModelInstance model, Violations faults)
    {
        var kind = target.ScoreKind is ScoreKind.Unspecified ? ScoreKind.Logit : target.ScoreKind;
        if (!Enum.IsDefined(kind))
            faults.Invalid($"{field}.score_kind", $"{(int)kind} is not a known kind of score");
        if (target.Contrast is null)
            return new ScoreChoice(kind, null);
        if (kind is not ScoreKind.Logit)
            faults.Invalid($"{field}.contrast", "only logits are contrasted");
        return new ScoreChoice(kind, Class(target.Contrast, $"{field}.contrast", model, faults));
    }

    /// <summary>The class that a message names; null where it names none, or not one alone.</summary>
    public static int? Class(ClassReference? reference, string field, ModelInstance model, Violations faults)
    {
        switch (reference?.ReferenceCase)
        {
            case ClassReference.ReferenceOneofCase.ClassIndex:
                return Index(reference.ClassIndex, $"{field}.class_index", model, faults);
            case ClassReference.ReferenceOneofCase.Label:
                return Label(reference.Label, $"{field}.label", model, faults);
            default:
                faults.Invalid(field, "a class_index or a label is needed");
                return null;
        }
    }

    private static int? Index(int index, string field, ModelInstance model, Violations faults)
    {
        if (index >= 0 && index < model.ClassCount)
            return index;
        faults.Invalid(field, $"{index} is not from 0 to {model.ClassCount - 1}");
        return null;
    }

    private static int? Label(string text, string field, ModelInstance model, Violations faults)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Invalid(field, $"a label is needed, such as '{model.Labels.Labels[0]}'");
            return null;
        }
        var found = model.Labels.Find(text);
        if (found is [var only])
            return only;
        if (found.Count > 1)
            faults.Invalid(field, $"'{Text.Quoted(text)}' may mean {Named(model.Labels.Near(text), model)}");
        else if (int.TryParse(text, CultureInfo.InvariantCulture, out _))
            faults.Absent(field, $"no label is or starts with '{Text.Quoted(text)}'; an index goes into class_index");
        else
            faults.Absent(field, $"no label is or starts with '{Text.Quoted(text)}'{(faults.IsFull ? "" : Hint(text, model))}");
        return null;
    }

    /// <summary>The classes with the text as a whole word somewhere; where there are none, those that are spelt nearly so.</summary>
    private static string Hint(string text, ModelInstance model) =>
        model.Labels.Near(text) is { Count: > 0 } near ? $"; close to it: {Named(near, model)}" : Suggestions.Hint(text, model.Labels.Labels);

    private static string Named(IReadOnlyList<int> classes, ModelInstance model)
    {
        var named = classes.Take(Candidates).Select(index => $"{model.Labels.Labels[index]} ({index})");
        return $"{string.Join("; ", named)}{(classes.Count > Candidates ? $" and {classes.Count - Candidates} more" : "")}";
    }
}

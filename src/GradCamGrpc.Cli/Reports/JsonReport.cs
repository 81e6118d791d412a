using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Evidence;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Grounding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Training.Answers;
using GradCamGrpc.Training.Captions;

namespace GradCamGrpc.Cli.Reports;

/// <summary>For programs: a line of JSON for each thing found, in the messages' JSON form.</summary>
internal sealed class JsonReport(TextWriter output) : IReport
{
    private static readonly JsonSerializerOptions Figures = new(JsonSerializerDefaults.Web);

    /// <summary>A box may begin at 0: that is told, too.</summary>
    private static readonly JsonFormatter Whole = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public Task RunAsync(string what, int steps, Func<Action, Task> work) => work(() => { });

    public void Photo(ExplainedPhoto photo)
    {
        var line = Line(photo.Path, photo.Fault);
        if (photo.Prediction is { } prediction)
            line["prediction"] = ToJson(prediction);
        line["maps"] = new JsonArray([.. photo.Maps.Select(ToJson)]);
        if (photo.LabelImages.Count > 0)
            line["labelImages"] = new JsonArray([.. photo.LabelImages.Select(ToJson)]);
        Write(line);
    }

    public void ContactSheet(string file) => Write(new JsonObject { ["contactSheet"] = file });

    public void Models(IEnumerable<Model> models)
    {
        foreach (var model in models)
            Model(model);
    }

    public void Model(Model model) => Write(ToJson(model));

    public void Labels(Model model, IReadOnlyList<int> classes)
    {
        foreach (var index in classes)
            Write(new JsonObject { ["index"] = index, ["label"] = model.Labels[index] });
    }

    public void Captioned(CaptionAnswer answer, WrittenComparison written)
    {
        var line = Line(written.Photo, fault: null);
        line["prediction"] = ToJson(answer.Prediction);
        if (answer.UnknownBans.Count > 0)
            line["unknownBannedWords"] = new JsonArray([.. answer.UnknownBans.Select(word => JsonValue.Create(word))]);
        if (answer.Skipped.Count > 0)
            line["skippedTargets"] = new JsonArray([.. answer.Skipped.Select(ToJson)]);
        Write(line, answer.Maps, written);
    }

    public void Answered(AnsweredPhoto answer, WrittenComparison written)
    {
        var line = Line(written.Photo, fault: null);
        line["prediction"] = ToJson(answer.Prediction);
        if (answer.LeftOut.Count > 0)
            line["leftOutWords"] = new JsonArray([.. answer.LeftOut.Select(ToJson)]);
        Write(line, answer.Maps, written);
    }

    public void Compared(CompareClassesResponse answer, WrittenComparison written)
    {
        var told = answer.Clone();
        foreach (var map in new[] { told.PredictedMap, told.TrueMap, told.ContrastMap })
            map?.Outputs.Clear();
        Write(told, written);
    }

    public void ComparedModels(CompareModelsResponse answer, WrittenComparison written)
    {
        var told = answer.Clone();
        foreach (var model in told.Models)
            model.Map.Outputs.Clear();
        Write(told, written);
    }

    public void Perturbed(PerturbResponse answer, WrittenComparison written)
    {
        var told = answer.Clone();
        told.Before.Map.Outputs.Clear();
        told.After.Map.Outputs.Clear();
        told.ChangedPhoto.Data = ByteString.Empty;
        Write(told, written);
    }

    public void Localization(LocalizationResult result)
    {
        var line = JsonSerializer.SerializeToNode(result, Figures)!;
        line["shares"] = new JsonArray([.. MapOutcome.Shares.Select(share => JsonValue.Create(share))]);
        Write(line);
    }

    public void Faithfulness(FaithfulnessResult result) => Write(JsonSerializer.SerializeToNode(result, Figures)!);

    public void Evidence(JudgedPhoto photo)
    {
        var line = Line(photo.Path, photo.Fault);
        if (photo.Prediction is { } prediction)
            line["prediction"] = ToJson(prediction);
        line["evidence"] = new JsonArray([.. photo.Maps.Select(ToJson)]);
        Write(line);
    }

    public void Sanity(SanityCheckedPhoto photo)
    {
        var line = Line(photo.Path, photo.Fault);
        if (photo.Subject is { } subject)
            line["subject"] = ToJson(subject);
        line["checkpoints"] = new JsonArray([.. photo.Checkpoints.Select(ToJson)]);
        Write(line);
    }

    public void Sanity(SanityResult result) => Write(JsonSerializer.SerializeToNode(result, Figures)!);

    public void Audit(AuditResult result, AuditFiles files)
    {
        var line = JsonSerializer.SerializeToNode(result, Figures)!;
        line["files"] = JsonSerializer.SerializeToNode(files, Figures);
        Write(line);
    }

    public void Discrimination(DiscriminationResult result) => Write(JsonSerializer.SerializeToNode(result, Figures)!);

    public void Comparison(ClassComparison result) => Write(JsonSerializer.SerializeToNode(result, Figures)!);

    public void Classification(ClassificationResult result) => Write(JsonSerializer.SerializeToNode(result, Figures)!);

    public void Precision(PrecisionResult result) => Write(JsonSerializer.SerializeToNode(result, Figures)!);

    public void Captions(CaptionQuality quality) => Write(JsonSerializer.SerializeToNode(quality, Figures)!);

    public void Answers(AnswerQuality quality) => Write(JsonSerializer.SerializeToNode(quality, Figures)!);

    public void Grounding(GroundingResult result) => Write(JsonSerializer.SerializeToNode(result, Figures)!);

    public void Fault(string message) => Write(new JsonObject { ["error"] = message });

    public void Fault(string photo, string message) => Write(Line(photo, message));

    /// <summary>An answer without its pictures, and where they are.</summary>
    private void Write(IMessage answer, WrittenComparison written)
    {
        var line = ToJson(answer);
        line["photo"] = written.Photo;
        line["files"] = new JsonArray([.. written.Files.Select(file => JsonValue.Create(file))]);
        line["contactSheet"] = written.ContactSheet;
        Write(line);
    }

    /// <summary>A line with the maps of a strip and their files, where there are any.</summary>
    private void Write(JsonObject line, IReadOnlyList<SaliencyMap> maps, WrittenComparison written)
    {
        line["maps"] = new JsonArray([.. maps.Zip(written.Files, (map, file) =>
            ToJson(new WrittenMap(map.Provenance, map.AllZero, map.ScoreIsFlat, [file], Boxes: null, Peak: null)))]);
        if (written.ContactSheet is { } sheet)
            line["contactSheet"] = sheet;
        Write(line);
    }

    private static JsonObject Line(string photo, string? fault)
    {
        var line = new JsonObject { ["photo"] = photo };
        if (fault is not null)
            line["error"] = fault;
        return line;
    }

    private static JsonObject ToJson(WrittenMap written)
    {
        var map = new JsonObject
        {
            ["provenance"] = ToJson(written.Provenance),
            ["allZero"] = written.AllZero,
            ["scoreIsFlat"] = written.ScoreIsFlat,
            ["files"] = new JsonArray([.. written.Files.Select(file => JsonValue.Create(file))]),
        };
        if (written.Boxes is { } boxes)
            map["boxes"] = Node(Whole.Format(boxes))["boxes"]!.DeepClone();
        if (written.Peak is { } peak)
            map["peak"] = Node(Whole.Format(peak));
        return map;
    }

    private static JsonNode ToJson(WrittenLabelImage written)
    {
        var labelled = Node(Whole.Format(written.Legend));
        labelled["file"] = written.File;
        return labelled;
    }

    private static JsonNode ToJson(IMessage message) => Node(JsonFormatter.Default.Format(message));

    private static JsonNode Node(string json) => JsonNode.Parse(json) ?? throw new JsonException("a message has no JSON form");

    private void Write(JsonNode line) => output.WriteLine(line.ToJsonString());
}

using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Evidence;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Grounding;
using GradCamGrpc.Cli.Video;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Training.Answers;
using GradCamGrpc.Training.Captions;
using Spectre.Console;
using static GradCamGrpc.Cli.Reports.TableText;

namespace GradCamGrpc.Cli.Reports;

/// <summary>For people: tables, and a progress bar where there is much to wait for.</summary>
internal sealed class ConsoleReport : IReport
{
    private const int StepsWorthABar = 4;

    /// <summary>Boxes that are told in words; a map of dots has hundreds.</summary>
    private const int BoxesWorthALine = 5;

    /// <summary>Wider than any line: what goes to a file or another program is not wrapped.</summary>
    private const int Unlimited = 100_000;

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings());
    private readonly IAnsiConsole _errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    private EvaluationTables Evaluations => new(_console);

    public ConsoleReport()
    {
        if (Console.IsOutputRedirected)
            _console.Profile.Width = Unlimited;
        if (Console.IsErrorRedirected)
            _errors.Profile.Width = Unlimited;
    }

    public async Task RunAsync(int steps, Func<Action, Task> work)
    {
        if (steps < StepsWorthABar)
        {
            await work(() => { });
            return;
        }
        await _console.Progress().StartAsync(async context =>
        {
            var bar = context.AddTask("photos", maxValue: steps);
            await work(() => bar.Increment(1));
        });
    }

    public void Photo(ExplainedPhoto photo)
    {
        Heading(photo.Path, photo.Fault);
        Classes(photo.Prediction);
        foreach (var map in photo.Maps)
        {
            var note = (map.ScoreIsFlat, map.AllZero) switch
            {
                (true, _) => ": the score's gradient is zero everywhere, the map is all zero; try another --score",
                (_, true) when map.Provenance.Score.Kind is ScoreKind.Counterfactual => ": nothing does, the map is all zero",
                (_, true) => ": nothing speaks for it, the map is all zero",
                _ => "",
            };
            _console.MarkupLineInterpolated($"  {Subjects.Question(map.Provenance.Score)}{At(map.Provenance)} by {MethodNames.Of(map.Provenance.Method)}{note}");
            Places(map);
            foreach (var file in map.Files)
                File(file);
        }
        foreach (var labelled in photo.LabelImages)
            LabelImage(labelled);
    }

    public void ContactSheet(string file) =>
        _console.MarkupLineInterpolated($"all together: [blue]{Path.GetRelativePath(Environment.CurrentDirectory, file)}[/]");

    public void Video(string file, WrittenVideo video) => _console.MarkupLineInterpolated(
        $"[blue]{file}[/]: {video.FrameCount} frames, {video.Explained} explained, {video.Reused} of them by an earlier one's map");

    public void Models(IEnumerable<Model> models)
    {
        var table = new Table().AddColumns("name", "version", "architecture", "classes", "default layer", "licence");
        foreach (var model in models)
        {
            table.AddRow(new[]
            {
                model.Name, model.Version, model.Architecture, $"{model.ClassCount}", model.DefaultLayer, model.Licence,
            }.Select(Markup.Escape).ToArray());
        }
        _console.Write(table);
    }

    public void Model(Model model)
    {
        Models([model]);
        _console.MarkupLineInterpolated($"{model.Description} {model.Source}");
        var table = new Table().AddColumns("layer", "channels", "height x width");
        foreach (var layer in model.Layers)
            table.AddRow(Markup.Escape(layer.Name), $"{layer.ChannelCount}", HeightByWidth(layer.Size));
        _console.Write(table);
        if (model.Captioning is { } captioning)
            Head("captioning", captioning.Preprocessing, captioning.Layers);
        if (model.Answering is { } answering)
            Head("answering", answering.Preprocessing, answering.Layers);
    }

    private void Head(string name, Preprocessing view, IEnumerable<Layer> layers)
    {
        var read = layers.Select(layer => $"{layer.Name} ({HeightByWidth(layer.Size)})");
        _console.MarkupLineInterpolated($"The {name} head is given inputs of {HeightByWidth(view.InputSize)}, and reads {string.Join(" and ", read)}.");
    }

    private static string HeightByWidth(PixelSize size) => $"{size.Height} x {size.Width}";

    /// <summary>Boxes and peak in words.</summary>
    private void Places(WrittenMap map)
    {
        var boxes = map.Boxes?.Boxes ?? [];
        foreach (var box in boxes.Take(BoxesWorthALine))
        {
            var place = box.Rectangle;
            _console.MarkupLineInterpolated(
                $"    box of {Pixels(place.Width)} x {Pixels(place.Height)} pixels at ({Pixels(place.X)}, {Pixels(place.Y)}), {Percent(box.EnergyShare)} % of the map in it");
        }
        if (boxes.Count > BoxesWorthALine)
            _console.MarkupLineInterpolated($"    and {boxes.Count - BoxesWorthALine} boxes around smaller regions");
        if (map.Peak?.Point is { } peak)
            _console.MarkupLineInterpolated($"    peak at ({Pixels(peak.X)}, {Pixels(peak.Y)})");
    }

    private void LabelImage(WrittenLabelImage labelled)
    {
        var provenance = labelled.Legend.Provenance;
        _console.MarkupLineInterpolated(
            $"  which class each pixel speaks for ({LabelRules.NameOf(labelled.Legend.Rule)}){At(provenance)} by {MethodNames.Of(provenance.Method)}");
        var pixels = (double)provenance.ImageSize.Width * provenance.ImageSize.Height;
        for (var k = 0; k < labelled.Legend.Labels.Count; k++)
        {
            var label = labelled.Legend.Labels[k];
            _console.MarkupLineInterpolated($"    {k + 1} is [bold]{Subjects.Label(label.Score)}[/], {Percent(label.PixelCount / pixels)} % of the photo");
        }
        File(labelled.File);
    }

    private void File(string file) => _console.MarkupLineInterpolated($"    [blue]{Path.GetRelativePath(Environment.CurrentDirectory, file)}[/]");

    public void Captioned(CaptionAnswer answer, WrittenComparison written)
    {
        Heading(written.Photo, fault: null);
        foreach (var caption in answer.Prediction.Captions)
            _console.MarkupLineInterpolated($"  {Figure(caption.LogProbability),8}  {caption.Text}");
        var best = answer.Prediction.Captions[0];
        var words = best.Words.Select(word => $"{word.Text} {Figure(word.LogProbability)}");
        _console.MarkupLineInterpolated($"  log-probabilities: {string.Join(", ", words)}, its end {Figure(best.EndLogProbability)}");
        foreach (var skipped in answer.Skipped)
            _console.MarkupLineInterpolated($"  not explained: {skipped.Reason}");
        Blank(answer.Maps);
        Pictures(written);
    }

    public void Answered(AnsweredPhoto answer, WrittenComparison written)
    {
        Heading(written.Photo, fault: null);
        for (var i = 0; i < answer.Prediction.Questions.Count; i++)
        {
            var question = answer.Prediction.Questions[i];
            var unknown = question.Words.Where(word => word.IsUnknown).Select(word => word.Text).ToArray();
            _console.MarkupLineInterpolated(
                $"  [bold]{string.Join(' ', question.Words.Select(word => word.Text))}[/]{(unknown.Length > 0 ? $" (not known: {string.Join(", ", unknown)})" : "")}");
            foreach (var given in question.Answers)
                _console.MarkupLineInterpolated($"  {given.Probability,6:P1}  {given.Text}");
            foreach (var leftOut in answer.LeftOut.Where(leftOut => leftOut.QuestionIndex == i))
            {
                var isContrast = leftOut.Contrast.Length > 0;
                var words = leftOut.Words.Select(word => $"{word.Word.Text} {Figure(isContrast ? word.MarginChange : word.LogProbabilityChange)}");
                var gains = isContrast ? $"{leftOut.Text} rather than {leftOut.Contrast}" : $"the log-probability of {leftOut.Text}";
                _console.MarkupLineInterpolated($"  what {gains} gains without: {string.Join(", ", words)}");
            }
        }
        Blank(answer.Maps);
        Pictures(written);
    }

    public void Compared(CompareClassesResponse answer, WrittenComparison written)
    {
        var found = answer.Prediction.Classes[0];
        _console.MarkupLineInterpolated($"[bold]{written.Photo}[/]: the first class is {(answer.Correct ? "right" : "wrong")}");
        var table = ClassTable().AddRow("found", Label(found), Percent(found.Probability), "1", Nothing(answer.PredictedMap));
        if (!answer.Correct)
            table.AddRow("true", Label(answer.TrueClass.Score), Percent(answer.TrueClass.Score.Probability), $"{answer.TrueClass.Rank}", Nothing(answer.TrueMap));
        _console.Write(table);
        if (!answer.Correct)
            _console.MarkupLineInterpolated($"rank correlation of the two maps: {Figure(answer.HasRankCorrelation ? answer.RankCorrelation : null)}");
        Pictures(written);
    }

    public void ComparedModels(CompareModelsResponse answer, WrittenComparison written)
    {
        var hasBoxes = answer.Models[0].Evidence.HasEnergyInside;
        _console.MarkupLineInterpolated($"[bold]{written.Photo}[/]: why {answer.Models[0].ExplainedClass.Score.Label}");
        var table = new Table().AddColumns("model", "version", "first class").AddColumns(
            Right("class %"), Right("rank"), Right("like the first"), Right("insertion"), Right("deletion"), Right("occlusion"));
        if (hasBoxes)
            table.AddColumns(Right("in the boxes %"), Right("peak inside"));
        foreach (var model in answer.Models)
        {
            var evidence = model.Evidence;
            string[] row =
            [
                Markup.Escape(model.Prediction.Model),
                Markup.Escape(model.Prediction.ModelVersion),
                Label(model.Prediction.Classes[0]),
                Percent(model.ExplainedClass.Score.Probability),
                $"{model.ExplainedClass.Rank}",
                Figure(model.HasRankCorrelation ? model.RankCorrelation : null),
                Figure(evidence.Insertion.Area),
                Figure(evidence.Deletion.Area),
                Figure(evidence.HasOcclusionCorrelation ? evidence.OcclusionCorrelation : null),
            ];
            table.AddRow(hasBoxes ? [.. row, Percent(evidence.EnergyInside), evidence.Pointing.Hits ? "yes" : "no"] : row);
        }
        _console.Write(table);
        _console.WriteLine("like the first: the rank correlation with the first model's map; insertion, deletion: areas, the more and the less the better");
        Pictures(written);
    }

    public void Perturbed(PerturbResponse answer, WrittenComparison written)
    {
        var steps = Math.Round(answer.LargestChange * byte.MaxValue);
        _console.MarkupLineInterpolated($"[bold]{written.Photo}[/]: no colour moved farther than {steps}/255, the class is {(answer.ClassLost ? "lost" : "not lost")}");
        var table = ClassTable();
        foreach (var (name, photo) in new[] { ("before", answer.Before), ("after", answer.After) })
        {
            var found = photo.Prediction.Classes[0];
            table.AddRow($"found {name}", Label(found), Percent(found.Probability), "1", "");
            table.AddRow($"explained {name}", Label(photo.ExplainedClass.Score), Percent(photo.ExplainedClass.Score.Probability), $"{photo.ExplainedClass.Rank}", Nothing(photo.Map));
        }
        _console.Write(table);
        _console.MarkupLineInterpolated($"rank correlation of the two maps: {Figure(answer.HasRankCorrelation ? answer.RankCorrelation : null)}");
        Pictures(written);
    }

    private void Pictures(WrittenComparison written)
    {
        foreach (var file in written.Files)
            File(file);
        if (written.ContactSheet is { } sheet)
            ContactSheet(sheet);
    }

    /// <summary>Names the maps of a strip that have nothing on them.</summary>
    private void Blank(IEnumerable<SaliencyMap> maps)
    {
        foreach (var map in maps.Where(map => map.AllZero))
            _console.MarkupLineInterpolated($"  {Subjects.Question(map.Provenance.Score)}: {Nothing(map)}");
    }

    private static Table ClassTable() => new Table().AddColumns("", "class").AddColumns(Right("%"), Right("rank")).AddColumn("map");

    private static string Label(ClassScore score) => Markup.Escape($"{score.Label} ({score.ClassIndex})");

    private static string Nothing(SaliencyMap map) => (map.ScoreIsFlat, map.AllZero) switch
    {
        (true, _) => "all zero: the score's gradient is zero everywhere",
        (_, true) => "all zero: nothing speaks for it",
        _ => "",
    };

    private static string At(MapProvenance provenance) => LayerNames.Of(provenance) is { Length: > 0 } layers ? $" at {layers}" : "";

    public void Localization(LocalizationResult result) => Evaluations.Localization(result);

    public void Faithfulness(FaithfulnessResult result) => Evaluations.Faithfulness(result);

    public void Discrimination(DiscriminationResult result) => Evaluations.Discrimination(result);

    public void Comparison(ClassComparison result) => Evaluations.Comparison(result);

    public void Classification(ClassificationResult result) => Evaluations.Classification(result);

    public void Precision(PrecisionResult result) => Evaluations.Precision(result);

    public void Captions(CaptionQuality quality) => Evaluations.Captions(quality);

    public void Answers(AnswerQuality quality) => Evaluations.Answers(quality);

    public void Grounding(GroundingResult result) => Evaluations.Grounding(result);

    public void Evidence(JudgedPhoto photo)
    {
        Heading(photo.Path, photo.Fault);
        Classes(photo.Prediction);
        if (photo.Maps.Count > 0)
            _console.Write(EvidenceTables.Of(photo.Maps));
    }

    public void Sanity(SanityCheckedPhoto photo)
    {
        Heading(photo.Path, photo.Fault);
        Classes(photo.Subject?.Prediction);
        if (photo.Subject is not { } subject)
            return;
        _console.MarkupLineInterpolated(
            $"  {Subjects.Question(subject.Score)} at {subject.Layer}, {subject.Modules.Count} modules from the outputs down");
        Similarities(EvidenceTables.Rows(photo.Checkpoints));
    }

    public void Sanity(SanityResult result)
    {
        _console.MarkupLineInterpolated(
            $"[bold]{result.Model}[/] at {result.Layer}, {result.PhotoCount} photos, {result.ModuleCount} modules from the outputs down");
        Similarities(EvidenceTables.Rows(result.Checkpoints));
    }

    public void Audit(AuditResult result, AuditFiles files)
    {
        _console.MarkupLineInterpolated(
            $"[bold]{result.Model}[/] by {result.Method}, {result.Photos.Count} photos: the first class is right on {Percent(result.Top1)} %");
        var table = new Table().AddColumn("class").AddColumns(
            Right("photos"), Right("first class right"), Right("probability"), Right("in the boxes"), Right("their area"), Right("at the border"), Right("blank"));
        foreach (var figures in result.Classes)
        {
            table.AddRow(
                Markup.Escape($"{figures.Label.Split(',')[0]} ({figures.ClassIndex})"),
                $"{figures.PhotoCount}",
                Percent(figures.Top1),
                Percent(figures.MeanProbability),
                Percentages.Precise(figures.EnergyInside),
                Percentages.Precise(figures.BoxArea),
                Percentages.Precise(figures.BorderEnergy),
                $"{figures.BlankMaps}");
        }
        _console.Write(table);
        _console.WriteLine(
            $"%; in the boxes, at the border: how much of the maps lies there; even maps would have the boxes' area in them, and {Percentages.Whole(AuditedPhoto.EvenBorderEnergy)} at the border");
        foreach (var photo in result.Skipped)
            Fault($"not used: {photo.File}: {photo.Reason}");
        _console.MarkupLineInterpolated($"the report: [blue]{Path.GetRelativePath(Environment.CurrentDirectory, files.Page)}[/]");
    }

    public void Fault(string message) => _errors.MarkupLineInterpolated($"[red]{message}[/]");

    private void Heading(string path, string? fault)
    {
        _console.MarkupLineInterpolated($"[bold]{path}[/]");
        if (fault is not null)
            Fault($"{path}: {fault}");
    }

    private void Classes(ClassificationPrediction? prediction)
    {
        foreach (var found in prediction?.Classes ?? [])
            _console.MarkupLineInterpolated($"  {found.Probability,6:P1}  {found.Label} ({found.ClassIndex})");
    }

    private void Similarities(IReadOnlyList<SimilarityRow> rows)
    {
        if (rows.Count == 0)
            return;
        _console.WriteLine("structural similarity of the maps to those before; near 1, a method does not show what the network has learnt:");
        _console.Write(EvidenceTables.Of(rows, cell => cell.Structural));
        _console.WriteLine("rank correlation:");
        _console.Write(EvidenceTables.Of(rows, cell => cell.Rank));
    }

}

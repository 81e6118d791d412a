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

namespace GradCamGrpc.Cli.Reports;

/// <summary>
/// For people: what was found goes to standard output; what went wrong, and a progress bar where there is much to wait for, to standard error.
/// </summary>
internal sealed class ConsoleReport : IReport
{
    private const int StepsWorthABar = 4;

    /// <summary>Wider than any line: what goes to a file or another program is not wrapped.</summary>
    private const int Unlimited = 100_000;

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings());
    private readonly IAnsiConsole _errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public ConsoleReport()
    {
        if (Console.IsOutputRedirected)
            _console.Profile.Width = Unlimited;
        if (Console.IsErrorRedirected)
            _errors.Profile.Width = Unlimited;
    }

    private ExplanationText Explanations => new(_console);

    private HeadText Heads => new(_console);

    private ComparisonText Comparisons => new(_console);

    private ModelText ModelTables => new(_console);

    private EvidenceText Evidences => new(_console);

    private EvaluationTables Evaluations => new(_console);

    public async Task RunAsync(string what, int steps, Func<Action, Task> work)
    {
        if (steps < StepsWorthABar || Console.IsErrorRedirected)
        {
            await work(() => { });
            return;
        }
        await _errors.Progress().StartAsync(async context =>
        {
            var bar = context.AddTask(what, maxValue: steps);
            await work(() => bar.Increment(1));
        });
    }

    public void Photo(ExplainedPhoto photo)
    {
        Explanations.Photo(photo);
        FaultOf(photo.Path, photo.Fault);
    }

    public void ContactSheet(string file) => _console.MarkupLineInterpolated($"all together: [blue]{FileNames.Shown(file)}[/]");

    public void Video(string file, WrittenVideo video) => _console.MarkupLineInterpolated(
        $"[blue]{file}[/]: {video.FrameCount} frames, {video.Explained} explained, {video.Reused} of them by an earlier one's map");

    public void Models(IEnumerable<Model> models) => ModelTables.Models(models);

    public void Model(Model model) => ModelTables.Model(model);

    public void Labels(Model model, IReadOnlyList<int> classes) => ModelTables.Labels(model, classes);

    public void Captioned(CaptionAnswer answer, WrittenComparison written)
    {
        Heads.Captioned(answer, written);
        foreach (var skipped in answer.Skipped)
            Fault(written.Photo, $"not explained: {skipped.Reason}");
        foreach (var word in answer.UnknownBans)
            Fault($"--ban: the model does not know '{word}', and never says it");
    }

    public void Answered(AnsweredPhoto answer, WrittenComparison written) => Heads.Answered(answer, written);

    public void Compared(CompareClassesResponse answer, WrittenComparison written) => Comparisons.Compared(answer, written);

    public void ComparedModels(CompareModelsResponse answer, WrittenComparison written) => Comparisons.ComparedModels(answer, written);

    public void Perturbed(PerturbResponse answer, WrittenComparison written) => Comparisons.Perturbed(answer, written);

    public void Evidence(JudgedPhoto photo)
    {
        Evidences.Evidence(photo);
        FaultOf(photo.Path, photo.Fault);
    }

    public void Sanity(SanityCheckedPhoto photo)
    {
        Evidences.Sanity(photo);
        FaultOf(photo.Path, photo.Fault);
    }

    public void Sanity(SanityResult result) => Evidences.Sanity(result);

    public void Audit(AuditResult result, AuditFiles files)
    {
        new AuditText(_console).Audit(result, files);
        foreach (var photo in result.Skipped)
            Fault($"not used: {photo.File}: {photo.Reason}");
    }

    public void Localization(LocalizationResult result) => Evaluations.Localization(result);

    public void Faithfulness(FaithfulnessResult result) => Evaluations.Faithfulness(result);

    public void Discrimination(DiscriminationResult result) => Evaluations.Discrimination(result);

    public void Comparison(ClassComparison result) => Evaluations.Comparison(result);

    public void Classification(ClassificationResult result) => Evaluations.Classification(result);

    public void Precision(PrecisionResult result) => Evaluations.Precision(result);

    public void Captions(CaptionQuality quality) => Evaluations.Captions(quality);

    public void Answers(AnswerQuality quality) => Evaluations.Answers(quality);

    public void Grounding(GroundingResult result) => Evaluations.Grounding(result);

    public void Fault(string message) => _errors.MarkupLineInterpolated($"[red]{message}[/]");

    public void Fault(string photo, string message) => Fault($"{photo}: {message}");

    private void FaultOf(string photo, string? fault)
    {
        if (fault is not null)
            Fault(photo, fault);
    }
}

using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Reports;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Runs an evaluation beside its progress, and reports what came of it.</summary>
internal static class EvaluationRun
{
    /// <param name="parsed">The command line.</param>
    /// <param name="options">The evaluation's options.</param>
    /// <param name="evaluate">The work, given what is evaluated and what to call after each photo.</param>
    /// <param name="tell">Reports the result.</param>
    /// <returns>The exit status.</returns>
    public static Task<int> RunAsync<T>(
        ParseResult parsed, EvaluationOptions options, Func<EvaluationSubject, Action, T> evaluate, Action<IReport, T> tell) => RunAsync(
        options.IsJson(parsed),
        () => new EvaluationSubject(options.Read(parsed)),
        subject => subject.Photos.Count,
        evaluate,
        tell);

    /// <param name="isJson">Whether to report to a program.</param>
    /// <param name="open">Opens what is evaluated; it is disposed of where it can be.</param>
    /// <param name="steps">How many steps the work has.</param>
    /// <param name="evaluate">The work, given what is evaluated and what to call after each step.</param>
    /// <param name="tell">Reports the result.</param>
    /// <returns>The exit status.</returns>
    public static Task<int> RunAsync<TSubject, TResult>(
        bool isJson,
        Func<TSubject> open,
        Func<TSubject, int> steps,
        Func<TSubject, Action, TResult> evaluate,
        Action<IReport, TResult> tell) => RunAsync(isJson, open, steps, evaluate, (report, result) =>
        {
            tell(report, result);
            return 0;
        });

    /// <param name="isJson">Whether to report to a program.</param>
    /// <param name="open">Opens what is evaluated; it is disposed of where it can be.</param>
    /// <param name="steps">How many steps the work has.</param>
    /// <param name="evaluate">The work, given what is evaluated and what to call after each step.</param>
    /// <param name="tell">Reports the result and returns the exit status.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync<TSubject, TResult>(
        bool isJson,
        Func<TSubject> open,
        Func<TSubject, int> steps,
        Func<TSubject, Action, TResult> evaluate,
        Func<IReport, TResult, int> tell)
    {
        IReport report = isJson ? new JsonReport(Console.Out) : new ConsoleReport();
        try
        {
            var subject = open();
            using var owned = subject as IDisposable;
            var results = new List<TResult>();
            await report.RunAsync("steps", steps(subject), done => Task.Factory.StartNew(
                () => results.Add(evaluate(subject, done)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            return tell(report, results.Single());
        }
        catch (Exception fault) when (ExpectedFaults.Include(fault))
        {
            report.Fault(fault.Message);
            return 1;
        }
    }
}

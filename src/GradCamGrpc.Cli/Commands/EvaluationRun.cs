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
        (report, result) =>
        {
            tell(report, result);
            return 0;
        });

    /// <param name="isJson">Whether to report to a program.</param>
    /// <param name="open">Opens what is evaluated.</param>
    /// <param name="steps">How many steps the work has.</param>
    /// <param name="evaluate">The work, given what is evaluated and what to call after each step.</param>
    /// <param name="tell">Reports the result and returns the exit status.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync<T>(
        bool isJson,
        Func<EvaluationSubject> open,
        Func<EvaluationSubject, int> steps,
        Func<EvaluationSubject, Action, T> evaluate,
        Func<IReport, T, int> tell)
    {
        IReport report = isJson ? new JsonReport(Console.Out) : new ConsoleReport();
        try
        {
            using var subject = open();
            var results = new List<T>();
            await report.RunAsync(steps(subject), done => Task.Run(() => results.Add(evaluate(subject, done))));
            return tell(report, results.Single());
        }
        catch (Exception fault) when (ExpectedFaults.Include(fault))
        {
            report.Fault(fault.Message);
            return 1;
        }
    }
}

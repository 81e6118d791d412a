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
    public static async Task<int> RunAsync<T>(
        ParseResult parsed, EvaluationOptions options, Func<EvaluationSubject, Action, T> evaluate, Action<IReport, T> tell)
    {
        IReport report = options.IsJson(parsed) ? new JsonReport(Console.Out) : new ConsoleReport();
        try
        {
            using var subject = new EvaluationSubject(options.Read(parsed));
            var results = new List<T>();
            await report.RunAsync(subject.Photos.Count, done => Task.Run(() => results.Add(evaluate(subject, done))));
            tell(report, results.Single());
            return 0;
        }
        catch (Exception fault) when (ExpectedFaults.Include(fault))
        {
            report.Fault(fault.Message);
            return 1;
        }
    }
}

using GradCamGrpc.Cli.Reports;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Runs a command that asks a server about photos, one after the other, and reports each answer.</summary>
internal static class PhotoByPhoto
{
    /// <param name="photos">The photos.</param>
    /// <param name="isJson">Whether the report is for programs.</param>
    /// <param name="ask">Asks about a photo.</param>
    /// <param name="tell">Reports the answer.</param>
    /// <param name="faultOf">Why an answer is not whole; null when it is.</param>
    /// <param name="cancellation">Ends the command.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync<T>(
        string[] photos,
        bool isJson,
        Func<string, CancellationToken, Task<T>> ask,
        Action<IReport, T> tell,
        Func<T, string?> faultOf,
        CancellationToken cancellation)
    {
        IReport report = isJson ? new JsonReport(Console.Out) : new ConsoleReport();
        try
        {
            var answers = new List<T>();
            await report.RunAsync("photos", photos.Length, async done =>
            {
                foreach (var photo in photos)
                {
                    answers.Add(await ask(photo, cancellation));
                    done();
                }
            });
            foreach (var answer in answers)
                tell(report, answer);
            return answers.All(answer => faultOf(answer) is null) ? 0 : 1;
        }
        catch (Exception fault) when (ExpectedFaults.Include(fault))
        {
            report.Fault(fault.Message);
            return 1;
        }
    }
}

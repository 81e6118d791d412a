using System.Globalization;
using GradCamGrpc.Training;
using Spectre.Console;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Runs a training beside its progress: loss, and the time that is left.</summary>
internal static class TrainingRun
{
    /// <param name="train">The training, given whom to tell of photos read, of steps, and of epochs.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(Action<Action<int, int>, Action<TrainingProgress>, Action<int, double>> train)
    {
        try
        {
            await AnsiConsole.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    var reading = context.AddTask("reading photos", autoStart: false);
                    var training = context.AddTask("training", autoStart: false);
                    await Task.Run(() => train(
                        (done, all) => Move(reading, done, all),
                        progress =>
                        {
                            Move(training, progress.Step, progress.Steps);
                            training.Description = string.Create(CultureInfo.InvariantCulture, $"training, loss {progress.Loss:F3}");
                        },
                        (epoch, loss) => AnsiConsole.MarkupLineInterpolated(
                            CultureInfo.InvariantCulture, $"epoch {epoch}: {loss:F4} nats a word on the dev split, {TimeProvider.System.GetLocalNow():T}")));
                });
            return 0;
        }
        catch (Exception fault) when (ExpectedFaults.Include(fault) || fault is InvalidDataException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{fault.Message}[/]");
            return 1;
        }
    }

    private static void Move(ProgressTask task, long done, long all)
    {
        if (!task.IsStarted)
            task.StartTask();
        task.MaxValue = all;
        task.Value = done;
    }
}

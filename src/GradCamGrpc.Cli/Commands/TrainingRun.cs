using System.Globalization;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Training;
using Spectre.Console;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Runs a training beside its progress: loss, and the time that is left.</summary>
internal static class TrainingRun
{
    /// <param name="models">The model's folder; null for the embedded model.</param>
    /// <param name="train">The training, given the model and whom to tell how far it is.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string? models, Action<ModelFolder, ITrainingListener> train)
    {
        try
        {
            var folder = OneModel.Read(models).Folder;
            LibTorch.EnsureLoads();
            await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(context => Task.Factory.StartNew(
                    () => train(folder, new Bars(context)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            return 0;
        }
        catch (Exception fault) when (ExpectedFaults.Include(fault))
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{fault.Message}[/]");
            return 1;
        }
    }

    private sealed class Bars(ProgressContext context) : ITrainingListener
    {
        private readonly ProgressTask _photos = context.AddTask("reading photos", autoStart: false);
        private readonly ProgressTask _steps = context.AddTask("training", autoStart: false);

        public void PhotoRead(int done, int all) => Move(_photos, done, all);

        public void Trained(TrainingProgress progress)
        {
            Move(_steps, progress.Step, progress.Steps);
            _steps.Description = string.Create(CultureInfo.InvariantCulture, $"training, loss {progress.Loss:F3}");
        }

        public void EpochDone(int epoch, string quality) => AnsiConsole.MarkupLineInterpolated($"epoch {epoch}: {quality}");

        private static void Move(ProgressTask task, long done, long all)
        {
            if (!task.IsStarted)
                task.StartTask();
            task.MaxValue = all;
            task.Value = done;
        }
    }
}

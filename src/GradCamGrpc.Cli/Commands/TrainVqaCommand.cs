using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Training;
using GradCamGrpc.Training.Answers;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam train vqa --rooms DIR --captions DIR --output DIR</c></summary>
internal static class TrainVqaCommand
{
    public static Command Create()
    {
        var rooms = new Option<string>("--rooms") { Description = "DAQUAR's folder: images/, train.tsv, test.tsv", HelpName = "DIR", Required = true };
        var captions = new Option<string?>("--captions") { Description = "Flickr8k's folder, to learn from questions made of its captions, too", HelpName = "DIR" };
        var heldOut = NumberOption.Create("--held-out", "the share of the rooms that is held out to make choices by", "share", "a number from 0 to less than 1", value: 0.0);
        var blind = new Option<bool>("--blind") { Description = "show no photos: what questions alone give away" };
        var options = new TrainingOptions(epochs: 8, depth: 3);
        var command = new Command("vqa", "Teach a model to answer questions about photos.") { rooms, captions, heldOut, blind };
        options.AddTo(command);
        heldOut.Require<double>(share => share is >= 0 and < 1, "--held-out: from 0 to less than 1");
        command.SetAction((parsed, cancellation) => TrainingRun.RunAsync(options.Models(parsed), (folder, listener) => new AnswerTraining(
            folder,
            options.Preprocessing(parsed, folder),
            parsed.GetValue(rooms)!,
            parsed.GetValue(captions),
            TrainingOptions.Layers,
            options.Shape(parsed, maxWords: 30),
            Recipe(options.Recipe(parsed)),
            parsed.GetValue(heldOut),
            parsed.GetValue(blind),
            options.Cache(parsed),
            TimeProvider.System).Run(options.Output(parsed), listener, cancellation)));
        return command;
    }

    /// <summary>DAQUAR is small: short steps, and an average of the latest few hundred, do better than the recipe of captions.</summary>
    private static TrainingRecipe Recipe(TrainingRecipe recipe) => recipe with { PhotosPerStep = 8, LearningRate = 5e-4, AverageDecay = 0.995 };
}

using System.CommandLine;
using GradCamGrpc.Training.Captions;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam train captions --data DIR --output DIR</c></summary>
internal static class TrainCaptionsCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Flickr8k's folder: images/, captions.tsv, train.txt, dev.txt", HelpName = "DIR", Required = true };
        var options = new TrainingOptions(epochs: 14, depth: 2);
        var command = new Command("captions", "Teach a model to caption photos.") { data };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => TrainingRun.RunAsync(options.Models(parsed), (folder, listener) => new CaptionTraining(
            folder,
            options.Preprocessing(parsed, folder),
            parsed.GetValue(data)!,
            TrainingOptions.Layers,
            options.Shape(parsed, maxWords: 20),
            options.Recipe(parsed),
            options.Cache(parsed),
            TimeProvider.System).Run(options.Output(parsed), listener, cancellation)));
        return command;
    }
}

using System.CommandLine;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Training;
using GradCamGrpc.Training.Captions;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam train captions --data DIR --output DIR</c></summary>
internal static class TrainCaptionsCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Flickr8k's folder: images/, captions.tsv, train.txt, dev.txt", HelpName = "DIR", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "where the model with its head is written", HelpName = "DIR", Required = true };
        var models = new Option<string?>("--models") { Description = "the model that gets the head [default: the embedded one]", HelpName = "DIR" };
        var cache = new Option<string?>("--cache") { Description = "where the trunk's maps (some GB) and the state are kept, to go on after an interruption [default: the output's]", HelpName = "DIR" };
        var epochs = new Option<int>("--epochs") { Description = "how often every photo is seen", HelpName = "count", DefaultValueFactory = _ => 14 };
        var layers = new Option<int>("--depth") { Description = "layers of the head", HelpName = "count", DefaultValueFactory = _ => 2 };
        var seed = new Option<int>("--seed") { Description = "makes weights, order and views", HelpName = "number", DefaultValueFactory = _ => 1 };
        var command = new Command("captions", "Teach a model to caption photos.") { data, output, models, cache, epochs, layers, seed };
        command.SetAction((parsed, cancellation) => TrainingRun.RunAsync(
            (reading, progress, epochDone) =>
            {
                LibTorch.EnsureLoads();
                var folder = ModelRepository.Read(ServerOptions.FromEnvironment(parsed.GetValue(models)).Models).Single();
                var recipe = new TrainingRecipe { Epochs = parsed.GetValue(epochs), PhotosPerStep = 32, Seed = parsed.GetValue(seed) };
                var training = new CaptionTraining(
                    folder,
                    parsed.GetValue(data)!,
                    ["bn2", "blocks.4.2"],
                    new HeadShape(Width: 256, AttentionHeads: 8, parsed.GetValue(layers), MaxWords: 20),
                    recipe,
                    parsed.GetValue(cache) ?? Path.Combine(parsed.GetValue(output)!, "cache"),
                    TimeProvider.System);
                training.Run(parsed.GetValue(output)!, reading, progress, epochDone, cancellation);
            }));
        return command;
    }
}

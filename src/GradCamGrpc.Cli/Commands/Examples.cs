using System.CommandLine;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Command lines that show what a command is for.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> ByCommand = new(StringComparer.Ordinal)
    {
        ["explain"] =
        [
            "gradcam explain cat.jpg",
            "gradcam explain cat.jpg --class \"tiger cat\" --class \"Egyptian cat\" --out maps",
            "gradcam explain *.jpg --method layer-cam --output boxes --threshold 0.3 --json",
        ],
        ["gallery"] = ["gradcam gallery cat.jpg --class \"tiger cat\" --class \"Egyptian cat\""],
        ["caption"] = ["gradcam caption cat.jpg", "gradcam caption cat.jpg --words", "gradcam caption cat.jpg --text \"a dog on a sofa\" --contrast 1=cat"],
        ["ask"] = ["gradcam ask cat.jpg \"what color is the cat\" \"where is it\"", "gradcam ask cat.jpg \"what color is the cat\" --maps --leave-words-out"],
        ["compare"] = ["gradcam compare cat.jpg --truth \"Siamese cat\""],
        ["compare-models"] = ["gradcam compare-models cat.jpg --models DIR --model cats --model cats_v2 --box 60,10,330,290"],
        ["perturb"] = ["gradcam perturb cat.jpg --attack pgd --epsilon 2/255"],
        ["video"] = ["gradcam video film.mp4 --out maps.mp4", "gradcam video film.mp4 --out maps.mp4 --class \"tiger cat\" --smoothing 0.3"],
        ["evidence"] = ["gradcam evidence cat.jpg --baselines", "gradcam evidence cat.jpg --method grad-cam --method saliency --box 60,10,330,290"],
        ["sanity"] = ["gradcam sanity cat.jpg --method grad-cam --method guided-backpropagation"],
        ["audit"] = ["gradcam audit photos --out report"],
        ["models"] = ["gradcam models", "gradcam models embedded", "gradcam models --labels cat"],
        ["health"] = ["gradcam health --server localhost:50051"],
        ["serve"] = ["gradcam serve", "gradcam serve --listen 127.0.0.1:50052 --http off --metrics off"],
        ["localization"] = ["gradcam eval localization --data DIR --method grad-cam --photos 50"],
        ["faithfulness"] = ["gradcam eval faithfulness --data DIR --method grad-cam --photos 50"],
        ["captions"] = ["gradcam eval captions --data DIR"],
    };

    /// <summary>The examples of a command; none where it has none.</summary>
    public static IReadOnlyList<string> Of(Command command) => ByCommand.GetValueOrDefault(command.Name, []);
}

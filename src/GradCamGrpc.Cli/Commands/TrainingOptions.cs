using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Training;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The options of every training.</summary>
internal sealed class TrainingOptions
{
    /// <summary>The layers of the embedded model that its heads read: what there is, and finer where.</summary>
    public static readonly string[] Layers = ["bn2", "blocks.4.2"];

    private readonly Option<string> _output = new("--output", "-o") { Description = "where the model with its head is written", HelpName = "DIR", Required = true };

    private readonly Option<string?> _models = new("--models") { Description = "the model that gets the head [default: the embedded one]", HelpName = "DIR" };

    private readonly Option<string?> _cache = new("--cache")
    {
        Description = "where the trunk's maps (some GB) and the state of training are kept: the same command goes on after an interruption [default: cache in the output]",
        HelpName = "DIR",
    };

    private readonly Option<ImageSize?> _size = SizeOption.Create(
        "--size", "the size to which whole photos are resized for the head, in pixels [default: that of the model's input]");

    private readonly Option<int> _epochs;

    private readonly Option<int> _depth;

    private readonly Option<int> _seed = NumberOption.Create("--seed", "makes weights, order and views", "number", "a whole number", value: 1);

    /// <param name="epochs">How often everything is seen, where nothing else is said.</param>
    /// <param name="depth">How many layers a head has, where nothing else is said.</param>
    public TrainingOptions(int epochs, int depth)
    {
        _epochs = CountOption.Create("--epochs", "how often everything is seen", epochs);
        _depth = CountOption.Create("--depth", "layers of the head", depth);
    }

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _output, _models, _cache, _size, _epochs, _depth, _seed })
            command.Options.Add(option);
    }

    public string Output(ParseResult parsed) => parsed.GetValue(_output)!;

    public string? Models(ParseResult parsed) => parsed.GetValue(_models);

    public string Cache(ParseResult parsed) => parsed.GetValue(_cache) ?? Path.Combine(Output(parsed), "cache");

    /// <param name="parsed">The command line.</param>
    /// <param name="folder">The model, whose trunk wants its colours as it was taught.</param>
    public PreprocessingManifest Preprocessing(ParseResult parsed, ModelFolder folder)
    {
        var whole = folder.Manifest.Preprocessing with { ResizeShorterSide = null };
        return parsed.GetValue(_size) is { } size ? whole with { CropWidth = size.Width, CropHeight = size.Height } : whole;
    }

    public TrainingRecipe Recipe(ParseResult parsed) => new()
    {
        Epochs = parsed.GetValue(_epochs),
        PhotosPerStep = 32,
        Seed = parsed.GetValue(_seed),
    };

    /// <param name="parsed">The command line.</param>
    /// <param name="maxWords">The longest sentence.</param>
    public HeadShape Shape(ParseResult parsed, int maxWords) => new(Width: 256, AttentionHeads: 8, parsed.GetValue(_depth), maxWords);
}

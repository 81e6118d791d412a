using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The options of an evaluation on photos whose classes are known.</summary>
internal sealed class LabelledPhotosOptions
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "images/ and boxes.tsv, whose class indices are used; or a folder for each class, by its index or label, with its photos in it",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string?> _models = new("--models") { Description = "a model folder [default: the embedded model]", HelpName = "DIR" };

    private readonly Option<int?> _photos = CountOption.CreateOptional("--photos", "only the first so many photos, by their names");

    private readonly Option<bool> _json = new("--json") { Description = "print JSON" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _data, _models, _photos, _json })
            command.Options.Add(option);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <param name="parsed">The command line.</param>
    /// <param name="methods">The names of the methods that are evaluated.</param>
    /// <param name="precision">What the network computes in; null for what the environment says.</param>
    public EvaluationQuestion Question(ParseResult parsed, IReadOnlyList<string> methods, Precision? precision = null) =>
        new(parsed.GetValue(_data)!, methods, Layer: null, parsed.GetValue(_models), parsed.GetValue(_photos), precision);
}

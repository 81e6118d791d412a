using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The options of every evaluation.</summary>
internal sealed class EvaluationOptions
{
    /// <summary>Which photos.</summary>
    public Option<string> Data { get; } = new("--data")
    {
        Description = "a folder of images/ and boxes.tsv (a box a line: file, class index, WordNet id, x0, y0, x1, y1 in pixels)",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string[]> _methods = new("--method", "-m")
    {
        Description = $"how maps are made: {string.Join(", ", EvaluationSubject.MethodNames)}; may be repeated [default: all but the slow ones]",
        HelpName = "name",
    };

    private readonly Option<string?> _layer = new("--layer", "-l") { Description = "the layer to explain at [default: the model's]", HelpName = "name" };

    private readonly Option<string?> _models = new("--models") { Description = "a model folder [default: the embedded model]", HelpName = "DIR" };

    private readonly Option<int?> _photos = CountOption.CreateOptional("--photos", "only the first so many photos, by their names");

    private readonly Option<bool> _json = new("--json") { Description = "print JSON" };

    public EvaluationOptions() => _methods.AcceptMethods(EvaluationSubject.MethodNames);

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Data, _methods, _layer, _models, _photos, _json })
            command.Options.Add(option);
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public EvaluationQuestion Read(ParseResult parsed) => new(
        parsed.GetValue(Data)!, parsed.GetValue(_methods) ?? [], parsed.GetValue(_layer), parsed.GetValue(_models), parsed.GetValue(_photos));
}

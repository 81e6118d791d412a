using System.CommandLine;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;

namespace GradCamGrpc.Cli.Commands;

/// <summary>The options of every evaluation of a head with words: the model, the split of Flickr8k, and the report.</summary>
internal sealed class HeadEvaluationOptions
{
    private readonly Option<string?> _models = new("--models") { Description = "a model folder [default: the embedded model]", HelpName = "DIR" };

    private readonly Option<string> _split = new("--split")
    {
        Description = "the photos of Flickr8k that are used: test, or dev to make choices by",
        HelpName = "name",
        DefaultValueFactory = _ => "test",
    };

    private readonly Option<bool> _json = new("--json") { Description = "print JSON" };

    public HeadEvaluationOptions() => _split.AcceptOnly("test", "dev");

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _models, _split, _json })
            command.Options.Add(option);
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public string Split(ParseResult parsed) => parsed.GetValue(_split)!;

    /// <summary>The model, to be run in this process.</summary>
    public ModelFolder Open(ParseResult parsed)
    {
        var folder = OneModel.Read(parsed.GetValue(_models)).Folder;
        LibTorch.EnsureLoads();
        return folder;
    }
}

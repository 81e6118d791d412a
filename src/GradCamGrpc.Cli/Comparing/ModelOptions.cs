using System.CommandLine;

namespace GradCamGrpc.Cli.Comparing;

/// <summary>The options that say which model is asked, and at which layer.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model") { Description = "the model's name [default: the only one]", DefaultValueFactory = _ => "" };

    private readonly Option<string> _layer = new("--layer", "-l")
    {
        Description = "the layer to explain at; `gradcam models NAME` lists them [default: the model's]",
        HelpName = "name",
        DefaultValueFactory = _ => "",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_model);
        command.Options.Add(_layer);
    }

    public string Model(ParseResult parsed) => parsed.GetValue(_model)!;

    public string Layer(ParseResult parsed) => parsed.GetValue(_layer)!;
}

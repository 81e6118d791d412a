using System.CommandLine;

namespace GradCamGrpc.Cli.Comparing;

/// <summary>The options that say which model is asked, and at which layer.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model") { Description = "the model's name [default: the only one]", DefaultValueFactory = _ => "" };

    private readonly Option<string> _layer;

    private ModelOptions(string layers) => _layer = new Option<string>("--layer", "-l")
    {
        Description = $"the layer to explain at; {layers}",
        HelpName = "name",
        DefaultValueFactory = _ => "",
    };

    /// <summary>For what is asked about classes.</summary>
    public static ModelOptions OfClasses() => new("`gradcam models NAME` lists them [default: the model's]");

    /// <summary>For what is asked about words and answers.</summary>
    public static ModelOptions OfHead() => new("one of those that the head reads, which `gradcam models NAME` names [default: all of them, a map of each]");

    public void AddTo(Command command)
    {
        command.Options.Add(_model);
        command.Options.Add(_layer);
    }

    public string Model(ParseResult parsed) => parsed.GetValue(_model)!;

    public string Layer(ParseResult parsed) => parsed.GetValue(_layer)!;
}

using System.CommandLine;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Comparing;

/// <summary>The options that say how the maps of a comparison are made.</summary>
internal sealed class MapOptions
{
    private readonly Option<string?> _method = new("--method", "-m") { HelpName = "name" };

    private readonly Option<string> _colors = new("--color-map") { Description = "the colours", DefaultValueFactory = _ => "turbo" };

    private MapOptions(string methods)
    {
        _method.Description = $"how maps are made: {methods} [default: grad-cam]";
        _method.AcceptMethods(MethodNames.All);
        _colors.AcceptOnly("turbo", "viridis", "inferno", "jet", "grey");
    }

    /// <summary>For maps of classes.</summary>
    public static MapOptions OfClasses() => new(string.Join(", ", MethodNames.All));

    /// <summary>For maps of words and answers. The server knows which methods those can have.</summary>
    public static MapOptions OfHead() =>
        new("grad-cam, grad-cam-plus-plus, layer-cam or another that needs no more than a layer's activations and gradients");

    public void AddTo(Command command)
    {
        command.Options.Add(_method);
        command.Options.Add(_colors);
    }

    /// <summary>The method; null for the server's default.</summary>
    public ExplanationMethod? Method(ParseResult parsed) => parsed.GetValue(_method) is { } name ? MethodNames.Parse(name) : null;

    /// <summary>The one picture of each map.</summary>
    public MapOutput Overlay(ParseResult parsed) => new()
    {
        Overlay = new OverlayOutput { ColorMap = Enum.Parse<ColorMap>(parsed.GetValue(_colors)!, ignoreCase: true) },
    };
}

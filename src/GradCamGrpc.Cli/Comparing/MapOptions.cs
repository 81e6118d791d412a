using System.CommandLine;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Comparing;

/// <summary>The options that say how the maps of a comparison are made.</summary>
internal sealed class MapOptions
{
    private readonly Option<string?> _method = new("--method", "-m")
    {
        Description = $"how maps are made: {string.Join(", ", MethodNames.All)} [default: grad-cam]",
        HelpName = "name",
    };

    private readonly Option<string> _colors = new("--color-map") { Description = "the colours", DefaultValueFactory = _ => "turbo" };

    public MapOptions()
    {
        _method.AcceptOnlyFromAmong([.. MethodNames.All]);
        _colors.AcceptOnlyFromAmong("turbo", "viridis", "inferno", "jet", "grey");
    }

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

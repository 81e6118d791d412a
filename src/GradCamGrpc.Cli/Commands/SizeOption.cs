using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GradCamGrpc.Imaging.Decoding;

namespace GradCamGrpc.Cli.Commands;

/// <summary>A picture's size, in pixels, which may be left out: 384x288.</summary>
internal static class SizeOption
{
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is about.</param>
    public static Option<ImageSize?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "WIDTHxHEIGHT",
        CustomParser = result => Parse(name, result),
    };

    private static ImageSize? Parse(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Split('x') is [var width, var height] && Side(width) is { } across && Side(height) is { } down)
            return new ImageSize(across, down);
        result.AddError($"{name}: '{text}' is no size such as 384x288");
        return null;
    }

    private static int? Side(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side > 0 ? side : null;
}

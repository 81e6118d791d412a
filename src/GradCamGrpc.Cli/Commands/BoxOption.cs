using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary>Where the object is on a photo, by its borders, in the order in which a table of boxes has them.</summary>
internal sealed class BoxOption : Option<PixelRectangle[]>
{
    private const string Order = "x0,y0,x1,y1";

    public BoxOption()
        : base("--box", "-b")
    {
        Description = "where the object is, in pixels of the photo, of each photo alike; may be repeated";
        HelpName = Order;
        CustomParser = result => [.. result.Tokens.Select(token => Box(token.Value, result)).OfType<PixelRectangle>()];
    }

    private static PixelRectangle? Box(string text, ArgumentResult result)
    {
        var borders = text.Split(',')
            .Select(border => double.TryParse(border, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)
            .ToArray();
        if (borders is [var left, var top, var right, var bottom] && borders.All(double.IsFinite))
            return new PixelRectangle { X = left, Y = top, Width = right - left, Height = bottom - top };
        result.AddError($"--box: '{text}' is not four numbers {Order}");
        return null;
    }
}

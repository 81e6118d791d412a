using GradCamGrpc.Protos.V1;
using ColorMap = GradCamGrpc.Imaging.Rendering.ColorMap;

namespace GradCamGrpc.Server.Requests;

/// <summary>One thing to return for a map, checked.</summary>
internal abstract record OutputForm
{
    /// <summary>Numbers.</summary>
    public sealed record Raw(MapGrid Grid, MapValues Values) : OutputForm;

    /// <summary>A picture as large as the photo, or as many pixels in another form.</summary>
    public abstract record Picture : OutputForm;

    /// <summary>A picture in colours.</summary>
    public abstract record Coloured(ColorMap Colors, ImageWriting Writing) : Picture;

    /// <summary>A picture of the map alone.</summary>
    public sealed record HeatMap(ColorMap Colors, ImageWriting Writing) : Coloured(Colors, Writing);

    /// <summary>The photo with the map over it.</summary>
    public sealed record Overlay(ColorMap Colors, double Opacity, ImageWriting Writing) : Coloured(Colors, Writing);

    /// <summary>The pixels from a share of the map's maximum on.</summary>
    public sealed record Mask(double Threshold, MaskFormat Format) : Picture;

    /// <summary>The map in 256 levels.</summary>
    public sealed record GradedMask : Picture;

    /// <summary>Boxes around what is warmer than a share of the map's maximum.</summary>
    public sealed record Boxes(double Threshold, BoxSelection Selection) : OutputForm;

    /// <summary>Where the map is largest.</summary>
    public sealed record Peak : OutputForm;
}

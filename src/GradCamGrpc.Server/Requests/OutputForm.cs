using GradCamGrpc.Protos.V1;
using ColorMap = GradCamGrpc.Imaging.Rendering.ColorMap;

namespace GradCamGrpc.Server.Requests;

/// <summary>One thing to return for a map, checked.</summary>
internal abstract record OutputForm
{
    /// <summary>Numbers.</summary>
    public sealed record Raw(MapGrid Grid, MapValues Values) : OutputForm;

    /// <summary>A picture as large as the photo.</summary>
    public abstract record Picture(ColorMap Colors, ImageWriting Writing) : OutputForm;

    /// <summary>A picture of the map alone.</summary>
    public sealed record HeatMap(ColorMap Colors, ImageWriting Writing) : Picture(Colors, Writing);

    /// <summary>The photo with the map over it.</summary>
    public sealed record Overlay(ColorMap Colors, double Opacity, ImageWriting Writing) : Picture(Colors, Writing);
}

using System.Text.Json.Serialization;

namespace GradCamGrpc.Models.Heads;

/// <summary>A layer of the trunk that a head reads.</summary>
/// <param name="Layer">Its dotted name.</param>
/// <param name="Channels">Its channels C.</param>
/// <param name="Height">The rows h of its maps, for the inputs that the head is given.</param>
/// <param name="Width">The columns w of its maps.</param>
public sealed record HeadSource(string Layer, int Channels, int Height, int Width)
{
    /// <summary>The positions h·w of a map.</summary>
    [JsonIgnore]
    public int Positions => Height * Width;
}

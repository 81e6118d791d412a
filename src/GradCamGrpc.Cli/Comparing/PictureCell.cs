using Google.Protobuf;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Comparing;

/// <summary>A picture of a comparison.</summary>
/// <param name="Name">What it shows, as a part of its file's name; null where it has no file of its own.</param>
/// <param name="Caption">What is written below it.</param>
/// <param name="Picture">The file, a PNG; any picture where it has no file of its own.</param>
internal sealed record PictureCell(string? Name, string Caption, ByteString Picture)
{
    /// <summary>The overlay of a map.</summary>
    public static PictureCell Of(string name, string caption, SaliencyMap map) => new(name, caption, map.Outputs[0].Image.Data);
}

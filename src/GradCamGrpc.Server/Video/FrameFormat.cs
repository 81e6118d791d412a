using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Video;

/// <summary>What all frames of a stream have in common.</summary>
/// <param name="Codec">The container.</param>
/// <param name="Size">The size, in pixels.</param>
internal sealed record FrameFormat(FrameCodec Codec, ImageSize Size)
{
    /// <summary>The container, by the file's first bytes.</summary>
    public static FrameCodec CodecOf(Image image)
    {
        if (image.SourceCase is Image.SourceOneofCase.Raw)
            return FrameCodec.Raw;
        var file = image.Encoded.Span;
        return file switch
        {
            [0xff, 0xd8, ..] => FrameCodec.Jpeg,
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => FrameCodec.Png,
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => FrameCodec.WebP,
            [(byte)'G', (byte)'I', (byte)'F', ..] => FrameCodec.Gif,
            [(byte)'B', (byte)'M', ..] => FrameCodec.Bmp,
            _ => FrameCodec.Other,
        };
    }

    public override string ToString() => $"{Codec.ToString().ToUpperInvariant()} of {Size.Width} x {Size.Height}";
}

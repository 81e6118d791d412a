namespace GradCamGrpc.Server.Video;

/// <summary>What a frame's pixels come in.</summary>
internal enum FrameCodec
{
    Raw,
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Other,
}

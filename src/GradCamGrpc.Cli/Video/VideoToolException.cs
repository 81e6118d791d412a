namespace GradCamGrpc.Cli.Video;

/// <summary>ffmpeg is not there, or failed.</summary>
internal sealed class VideoToolException(string message) : IOException(message);

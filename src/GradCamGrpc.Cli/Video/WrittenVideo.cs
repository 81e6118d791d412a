namespace GradCamGrpc.Cli.Video;

/// <summary>A film that was written.</summary>
/// <param name="FrameCount">How many frames it has.</param>
/// <param name="Explained">Of how many there is a picture of their own.</param>
/// <param name="Reused">How many of these show an earlier frame's map.</param>
internal sealed record WrittenVideo(int FrameCount, int Explained, int Reused);

namespace GradCamGrpc.Server.Requests;

/// <summary>Threads that read large photos.</summary>
internal sealed class ReadingThreads() : PixelThreads("read photos");

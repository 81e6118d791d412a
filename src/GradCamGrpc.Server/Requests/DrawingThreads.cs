namespace GradCamGrpc.Server.Requests;

/// <summary>Threads that draw maps and look for what is on them. Large pictures take seconds: who reads photos does not wait behind them.</summary>
internal sealed class DrawingThreads() : PixelThreads("draw maps");

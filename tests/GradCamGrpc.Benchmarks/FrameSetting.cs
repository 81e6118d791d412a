namespace GradCamGrpc.Benchmarks;

/// <summary>What one end tells the other of itself.</summary>
internal enum FrameSetting : ushort
{
    HeaderTableSize = 1,
    EnablePush = 2,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
}

namespace GradCamGrpc.Benchmarks;

/// <summary>Flags of frames.</summary>
internal static class FrameFlags
{
    public const byte EndsStream = 0x1;
    public const byte Acknowledges = 0x1;
    public const byte EndsHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte HasPriority = 0x20;
}

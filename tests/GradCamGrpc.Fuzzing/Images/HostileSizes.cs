namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Widths and heights that headers claim: none, the limits and one beyond, and what would fill any memory.</summary>
internal static class HostileSizes
{
    private static readonly int[] Sides = [0, 1, 7, 8, 9, 255, 256, 4096, 7071, 7072, 16_383, 16_384, 16_385, 65_535, 1 << 24, int.MaxValue, -1, int.MinValue];

    public static int Side(Random random) => random.OneIn(4) ? random.Next(1, 300) : random.Pick(Sides);
}

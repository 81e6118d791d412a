using GradCamGrpc.Models.Heads.Decoding;

namespace GradCamGrpc.Models.Tests.Heads;

public sealed class SeededNumbersTests
{
    /// <summary>The numbers that the authors' own program prints for this seed.</summary>
    [Fact]
    public void NextBits_KnownSeed_AreThePublishedNumbers()
    {
        var numbers = new SeededNumbers(1234567);

        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => numbers.NextBits()));
    }

    [Fact]
    public void Next_AnySeed_IsFromZeroToBelowOneAndEven()
    {
        var numbers = new SeededNumbers(ulong.MaxValue);

        double[] drawn = [.. Enumerable.Range(0, 10_000).Select(_ => numbers.Next())];

        Assert.All(drawn, number => Assert.InRange(number, 0, Math.BitDecrement(1.0)));

        // The mean's standard deviation is 0.003.
        Assert.Equal(0.5, drawn.Average(), 0.015);
    }
}

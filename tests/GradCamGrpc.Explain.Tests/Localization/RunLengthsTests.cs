using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class RunLengthsTests
{
    /// <summary>Masks, their runs down the columns, and the text that COCO's rleToString makes of those, computed by hand.</summary>
    public static TheoryData<string[], int[], string> Cases => new()
    {
        // Columns .#. ### .#. : 1, 1, 1, 3, 1, 1, 1; the fourth on as differences to the last but one: 2, 0, -2 (0x1e -> 'N'), 0.
        { [".#.", "###", ".#."], [1, 1, 1, 3, 1, 1, 1], "11120N0" },

        // Columns ##.. #... .... ...# : the first run is empty.
        { ["##..", "#...", "....", "...#"], [0, 2, 2, 1, 10, 1], "022O80" },

        // One run of sixteen: the sign bit is taken, so a second character says that it is no -16: 0x10 | 0x20 -> '`', then '0'.
        { ["....", "....", "....", "...."], [16], "`0" },

        { ["####", "####", "####", "####"], [0, 16], "0`0" },

        // Two rows of three: not square, so that rows and columns cannot be confused. Columns #. .. ## .
        { ["#.#", "..#"], [0, 1, 3, 2], "0131" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Encode_Mask_IsTheHandComputedOneAndBack(string[] rows, int[] counts, string text)
    {
        var runs = RunLengths.Encode(Masks.Of(rows));

        Assert.Equal(counts, runs.Counts);
        Assert.Equal(text, RunLengthText.Write(runs.Counts));
        Assert.Equal(counts, RunLengthText.Read(text));
        Assert.Equal(rows, Masks.Rows(runs.Decode()));
    }

    [Fact]
    public void Read_LargeAndFallingCounts_AreThoseThatWereWritten()
    {
        int[] counts = [31, 32, 1023, 1024, 0, 50176, int.MaxValue, 0, 1, int.MaxValue];

        Assert.Equal(counts, RunLengthText.Read(RunLengthText.Write(counts)));
    }

    [Theory]
    [InlineData("P")]                       // announces more
    [InlineData("1 ")]                      // below '0'
    [InlineData("1p")]                      // above six bits
    [InlineData("N")]                       // -2
    [InlineData("PPPPPPPPPPPPPPPPPPPP0")]   // endless
    [InlineData("ooooooo0")]                // beyond an int
    public void Read_NoCounts_IsRefused(string text) => Assert.Throws<FormatException>(() => RunLengthText.Read(text));

    [Theory]
    [InlineData(5)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void Decode_RunsAreNotTheMasksPixels_IsRefused(int run) =>
        Assert.Throws<FormatException>(() => new RunLengths(2, 2, [run]).Decode());
}

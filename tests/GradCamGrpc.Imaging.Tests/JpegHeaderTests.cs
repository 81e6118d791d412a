using GradCamGrpc.Imaging.Decoding;

namespace GradCamGrpc.Imaging.Tests;

/// <summary>Headers by hand, in hexadecimal digits. Where one is not as it should be, the file is taken for one that is not decoded smaller.</summary>
public sealed class JpegHeaderTests
{
    private const string Start = "ffd8";
    private const string Baseline = "ffc00011";
    private const string Lossless = "ffc30011";

    [Theory]
    [InlineData(Start + Baseline)]
    [InlineData(Start + "ffc10011")]
    [InlineData(Start + "ffc20011")]
    [InlineData(Start + "ffffff" + Baseline)]
    [InlineData(Start + "ffe00004abcd" + "ffdb0003ab" + "ffc40002" + "ffdd00040001" + "fffe0005abcdef" + Baseline)]
    public void IsOfCosines_BaselineExtendedOrProgressive_Is(string header) => Assert.True(JpegHeader.IsOfCosines(Convert.FromHexString(header)));

    [Theory]
    [InlineData(Start + Lossless)]
    [InlineData(Start + "ffff" + Lossless)]
    [InlineData(Start + "ffc90011")]
    [InlineData(Start + "ffca0011")]
    public void IsOfCosines_OtherFrame_IsNot(string header) => Assert.False(JpegHeader.IsOfCosines(Convert.FromHexString(header)));

    /// <summary>An APP1 holds a thumbnail of its own, and a comment what looks like a frame.</summary>
    [Theory]
    [InlineData(Start + "ffe10008" + Start + Baseline + Lossless)]
    [InlineData(Start + "fffe0006" + Baseline + Lossless)]
    public void IsOfCosines_FrameWithinASegment_IsNotTheFiles(string header) => Assert.False(JpegHeader.IsOfCosines(Convert.FromHexString(header)));

    /// <summary>Another start, bytes between segments, and markers that have no place there: a restart, an end, a scan, a second start, none.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("89504e47" + Baseline)]
    [InlineData(Start + "00" + Baseline)]
    [InlineData(Start + "ffd0" + Baseline)]
    [InlineData(Start + "ffd9" + Baseline)]
    [InlineData(Start + "ffda" + Baseline)]
    [InlineData(Start + Start + Baseline)]
    [InlineData(Start + "ff00" + Baseline)]
    [InlineData(Start + "ffe00003ab00" + Baseline)]
    [InlineData(Start + "ffe0ffff" + Baseline)]
    [InlineData(Start + "ffe00000" + Baseline)]
    [InlineData(Start + "ffe00001" + Baseline)]
    public void IsOfCosines_SomethingElseStandsThere_IsNot(string header) => Assert.False(JpegHeader.IsOfCosines(Convert.FromHexString(header)));

    [Fact]
    public void IsOfCosines_HeaderEndsTooSoon_IsNot()
    {
        var header = Convert.FromHexString(Start + "ffe00004abcd" + Baseline);

        Assert.All(Enumerable.Range(0, header.Length), length => Assert.False(JpegHeader.IsOfCosines(header.AsSpan(0, length))));
    }
}

using System.Text;
using GradCamGrpc.Tensors.Native;

namespace GradCamGrpc.Tensors.Tests.Native;

public sealed class CpuCachesTests
{
    private const int LastExtendedLeaf = unchecked((int)0x8000_0028);
    private const int Level1Data = 0x121;

    [Theory]
    [InlineData("AuthenticAMD", LastExtendedLeaf, 0, true)]
    [InlineData("AuthenticAMD", unchecked((int)0x8000_001A), Level1Data, true)]
    [InlineData("AuthenticAMD", 0, Level1Data, true)]
    [InlineData("AuthenticAMD", LastExtendedLeaf, Level1Data, false)]
    [InlineData("GenuineIntel", unchecked((int)0x8000_0008), 0, false)]
    public void AreHiddenBy_CpuId_IsWhereAmdsTellNothing(string vendor, int lastExtendedLeaf, int firstCache, bool expected)
    {
        var name = Encoding.ASCII.GetBytes(vendor);

        Assert.Equal(expected, CpuCaches.AreHiddenBy(leaf => (uint)leaf switch
        {
            0 => (16, BitConverter.ToInt32(name), BitConverter.ToInt32(name, 8), BitConverter.ToInt32(name, 4)),
            0x8000_0000 => (lastExtendedLeaf, 0, 0, 0),
            0x8000_001D => (firstCache, 0, 0, 0),
            _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
        }));
    }
}

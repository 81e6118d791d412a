using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests;

public sealed class BatchSizesTests
{
    [Fact]
    public void All_Twelve_AreItsHalves() => Assert.Equal([12, 6, 3, 1], new BatchSizes(12).All);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 6)]
    [InlineData(7, 12)]
    [InlineData(12, 12)]
    public void For_SomeRows_IsTheSmallestThatHoldsThem(int rows, int size) => Assert.Equal(size, new BatchSizes(12).For(rows));
}

using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Tensors.Tests;

public sealed class TensorPrecisionTests
{
    [Theory]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    [InlineData(ScalarType.Float64, ScalarType.Float64)]
    public void AtLeastSingle_ResultDisposed_LeavesTheGivenTensor(ScalarType given, ScalarType expected)
    {
        using var scope = NewDisposeScope();
        var values = tensor(new float[] { 1, 2.5f }).to(given);

        using (var single = values.AtLeastSingle())
        {
            Assert.Equal(expected, single.dtype);
            Assert.Equal([1, 2.5f], TensorValues.Floats(single));
        }

        Assert.False(values.IsInvalid);
        Assert.Equal([1, 2.5f], TensorValues.Floats(values));
    }
}

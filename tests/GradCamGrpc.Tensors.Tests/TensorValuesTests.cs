using static TorchSharp.torch;

namespace GradCamGrpc.Tensors.Tests;

public sealed class TensorValuesTests
{
    [Fact]
    public void Floats_TransposedDoublesWithTape_AreTheValuesRowByRow()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }).requires_grad_().transpose(0, 1);    // [3, 2]

        Assert.Equal([1, 4, 2, 5, 3, 6], TensorValues.Floats(values));
    }

    [Fact]
    public void Floats_ViewsOfSingles_AreTheirValuesRowByRow()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });

        Assert.Equal([1, 4, 2, 5, 3, 6], TensorValues.Floats(values.transpose(0, 1)));
        Assert.Equal([4, 5, 6], TensorValues.Floats(values.narrow(0, 1, 1)));
        Assert.Equal([2, 5], TensorValues.Floats(values.narrow(1, 1, 1)));
    }

    [Fact]
    public void Floats_Any_LeaveTheTensorAsItIs()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new float[] { 1, 2 });

        TensorValues.Floats(values);

        Assert.Equal([1, 2], TensorValues.Floats(values));
    }
}

using GradCamGrpc.Training.Optimisation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Tests.Optimisation;

public sealed class MovingAverageTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Linear _layer = nn.Linear(1, 1, hasBias: false);

    public void Dispose()
    {
        _layer.Dispose();
        _scope.Dispose();
    }

    /// <summary>From 0: at step 0 a tenth is kept, 0.9 · 10 = 9; at step 90 91 of 100 are, 0.91 · 9 + 0.09 · 20 = 9.99; later a half: 14.995.</summary>
    [Fact]
    public void Update_Steps_ForgetsTheFirstWeightsSoon()
    {
        Set(0);
        using var average = new MovingAverage(_layer, decay: 0.95);

        Set(10);
        average.Update(0);
        Set(20);
        average.Update(90);

        Assert.Equal(9.99, average.Use(() => _layer.weight!.item<float>()), 1e-4);
        using var quick = new MovingAverage(_layer, decay: 0.5);
        Set(30);
        quick.Update(1000);
        Assert.Equal(25, quick.Use(() => _layer.weight!.item<float>()), 1e-4);
    }

    [Fact]
    public void Use_Afterwards_TheWeightsAreBack()
    {
        Set(4);
        using var average = new MovingAverage(_layer, decay: 0.5);
        Set(8);

        average.Use(() => true);

        Assert.Equal(8, _layer.weight!.item<float>());
        Assert.Equal(4, average.Use(() => _layer.weight!.item<float>()));
    }

    private void Set(float value)
    {
        using var noTape = no_grad();
        _layer.weight!.fill_(value);
    }
}

using GradCamGrpc.Training.Optimisation;

namespace GradCamGrpc.Training.Tests.Optimisation;

public sealed class EpochRandomTests
{
    [Fact]
    public void Of_SameEpoch_IsTheSameOrderAndOfAnotherEpochOrSeedAnother()
    {
        Assert.Equal(Order(seed: 3, epoch: 1), Order(seed: 3, epoch: 1));
        Assert.NotEqual(Order(seed: 3, epoch: 0), Order(seed: 3, epoch: 1));
        Assert.NotEqual(Order(seed: 3, epoch: 1), Order(seed: 4, epoch: 1));
    }

    private static int[] Order(int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, 20)];
        EpochRandom.Of(seed, epoch).Shuffle(order);
        return order;
    }
}

namespace GradCamGrpc.Training.Optimisation;

/// <summary>Makes the order of an epoch: it depends on the epoch alone, so that an interruption changes nothing.</summary>
internal static class EpochRandom
{
    /// <param name="seed">The training's.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    public static Random Of(int seed, int epoch) => new(seed * 1000 + epoch);
}

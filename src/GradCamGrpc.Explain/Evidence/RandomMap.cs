using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>Noise: what any map must be better than.</summary>
public static class RandomMap
{
    /// <summary>Draws a map of uniform values from 0 to 1.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="seed">The same seed gives the same map.</param>
    public static HeatMap Of(int height, int width, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        return new HeatMap(height, width, TensorValues.Floats(rand([height, width], generator: generator)));
    }
}

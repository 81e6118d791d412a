using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Inference;

/// <summary>What a network says of a photo, in memory of its own. It never changes, so that any thread may read it.</summary>
/// <param name="Logits">The outputs, by class index.</param>
/// <param name="Maps">What each of the layers says, C·h·w values.</param>
internal sealed record KeptPhoto(float[] Logits, IReadOnlyList<float[]> Maps)
{
    /// <summary>Bytes that it takes.</summary>
    public long Bytes => sizeof(float) * (Logits.LongLength + Maps.Sum(maps => maps.LongLength));

    /// <summary>Bytes that a photo takes.</summary>
    /// <param name="outputs">How many outputs the network has.</param>
    /// <param name="layers">The layers that are kept.</param>
    public static long BytesOf(int outputs, IEnumerable<CutLayer> layers) =>
        sizeof(float) * (outputs + layers.Sum(layer => (long)layer.Channels * layer.Positions));

    /// <param name="logits">The outputs.</param>
    /// <param name="observed">What each of the layers says, [1, C, h, w].</param>
    public static KeptPhoto Of(float[] logits, IEnumerable<Tensor> observed) => new(logits, [.. observed.Select(TensorValues.Floats)]);

    /// <summary>What each of the layers says, [1, C, h, w]: the same bits, on the CPU, each time.</summary>
    /// <param name="layers">The layers.</param>
    public IReadOnlyList<Tensor> Observed(IEnumerable<CutLayer> layers) =>
        [.. layers.Zip(Maps, (layer, maps) => tensor(maps).reshape(1, layer.Channels, layer.Height, layer.Width))];
}

using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>What one look at a network told about a layer.</summary>
/// <param name="Layer">Its name and size.</param>
/// <param name="Pool">
/// The layer that averages this one's output over all positions and through which everything behind it passes, where there is one.
/// There the gradient of a position is the gradient of the average divided by h·w, exactly and for every position. Null, too, for a
/// layer that the network's shortcuts skip.
/// </param>
/// <param name="HeadWeight">
/// The weights [classes, C] of the linear layer that makes the network's outputs of that average, where nothing else does. The
/// gradient of the average is then the outputs' gradient times the weights, and no tape is needed behind the layer.
/// </param>
internal sealed record LayerProfile(CutLayer Layer, string? Pool, Tensor? HeadWeight)
{
    /// <summary>Stands for the network's outputs where a layer's name is expected.</summary>
    public const string Outputs = "";

    /// <summary>The place whose gradient is taken.</summary>
    public string Cut => HeadWeight is not null ? Outputs : Pool ?? Layer.Name;
}

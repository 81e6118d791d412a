using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>What attention reads.</summary>
/// <param name="Keys">[M, H, S, d/H].</param>
/// <param name="Values">[M, H, S, d/H].</param>
internal sealed record KeysAndValues(Tensor Keys, Tensor Values)
{
    /// <summary>Notes what is taken of them; null where nobody asks.</summary>
    public PhotoTape? Tape { get; init; }

    /// <summary>M.</summary>
    public long Rows => Keys.shape[0];

    /// <summary>S.</summary>
    public long Places => Keys.shape[2];

    /// <summary>These places, and then others.</summary>
    public KeysAndValues Append(KeysAndValues later) => new(cat([Keys, later.Keys], 2), cat([Values, later.Values], 2));

    /// <summary>Some of the rows, in another order, each as often as it is named.</summary>
    public KeysAndValues Select(Tensor rows) => new(Keys.index_select(0, rows), Values.index_select(0, rows));
}

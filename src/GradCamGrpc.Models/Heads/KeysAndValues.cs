using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>What attention reads.</summary>
/// <param name="Keys">[M, H, S, d/H].</param>
/// <param name="Values">[M, H, S, d/H].</param>
internal sealed record KeysAndValues(Tensor Keys, Tensor Values) : IDisposable
{
    /// <summary>M.</summary>
    public long Rows => Keys.shape[0];

    /// <summary>S.</summary>
    public long Places => Keys.shape[2];

    /// <summary>These places, and then others.</summary>
    public KeysAndValues Append(KeysAndValues later) => new(cat([Keys, later.Keys], 2), cat([Values, later.Values], 2));

    /// <summary>The same, in no dispose scope: whoever keeps it disposes of it.</summary>
    public KeysAndValues Kept() => new(Keys.DetachFromDisposeScope(), Values.DetachFromDisposeScope());

    /// <summary>Frees both.</summary>
    public void Dispose()
    {
        Keys.Dispose();
        Values.Dispose();
    }

    /// <summary>The difference to others, of what is linear in the memory.</summary>
    public KeysAndValues Minus(KeysAndValues others) => new(Keys - others.Keys, Values - others.Values);

    /// <summary>Some of the rows, in another order, each as often as it is named.</summary>
    public KeysAndValues Select(Tensor rows) => new(Keys.index_select(0, rows), Values.index_select(0, rows));
}

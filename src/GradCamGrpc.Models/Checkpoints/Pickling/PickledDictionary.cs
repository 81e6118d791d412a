namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>A dictionary as a list of its entries: a hostile key is never hashed or compared.</summary>
/// <param name="isOrdered">Whether it is an OrderedDict, the one kind that may have a state of its own.</param>
internal sealed class PickledDictionary(bool isOrdered)
{
    public bool IsOrdered { get; } = isOrdered;

    public List<(object? Key, object? Value)> Entries { get; } = [];
}

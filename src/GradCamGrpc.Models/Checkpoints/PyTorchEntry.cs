using GradCamGrpc.Models.Checkpoints.Pickling;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>One array of a PyTorch file: a view of a storage, checked against it.</summary>
/// <param name="Name">Its full dotted name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Where its first element starts in its storage, in bytes.</param>
/// <param name="Length">How many bytes lie from there to the end of its last element.</param>
/// <param name="Storage">The storage's key.</param>
/// <param name="Strides">How many elements lie between neighbours of each dimension.</param>
internal sealed record PyTorchEntry(
    string Name, ElementType Type, IReadOnlyList<long> Shape, long Offset, int Length, string Storage, IReadOnlyList<long> Strides)
    : TensorEntry(Name, Type, Shape, Offset, Length)
{
    /// <summary>Checks that a view lies within its storage.</summary>
    /// <param name="file">The file's name, for error messages.</param>
    /// <param name="name">The array's name.</param>
    /// <param name="tensor">The view.</param>
    /// <param name="storageLength">How many bytes the archive has of its storage.</param>
    /// <exception cref="CheckpointException">It does not.</exception>
    public static PyTorchEntry Check(string file, string name, PickledTensor tensor, long storageLength)
    {
        CheckpointException Fault(string fault) => new(file, name, fault);

        var (storage, offset, shape, strides) = tensor;
        if (strides.Length != shape.Length)
            throw Fault($"it has {shape.Length} dimensions, but {strides.Length} strides");
        if (offset < 0 || shape.Any(side => side < 0) || strides.Any(stride => stride < 0))
            throw Fault($"{View(tensor)} has a negative number");
        try
        {
            var size = storage.Type.SizeInBytes();
            if (checked(storage.Count * size) != storageLength)
                throw Fault($"its storage '{storage.Key}' should have {storage.Count} elements of {storage.Type}, not {storageLength} bytes");

            var length = storage.Type.SizeInBytes(shape);
            if (length > Array.MaxLength)
                throw Fault($"{length} bytes are more than the {Array.MaxLength} a tensor may have here");
            var span = ElementSpan(shape, strides);
            if (offset > storage.Count - span)
                throw Fault($"{View(tensor)} reaches beyond the {storage.Count} elements of its storage '{storage.Key}'");
            if (span * size > Array.MaxLength)
                throw Fault($"{View(tensor)} spans more than the {Array.MaxLength} bytes a tensor may have here");
            return new PyTorchEntry(name, storage.Type, shape, offset * size, (int)(span * size), storage.Key, strides);
        }
        catch (OverflowException)
        {
            throw Fault($"{View(tensor)} is larger than any memory");
        }
    }

    /// <summary>How many elements lie from the first to the last, both counted.</summary>
    private static long ElementSpan(long[] shape, long[] strides)
    {
        if (shape.Contains(0))
            return 0;
        var steps = shape.Zip(strides, (side, stride) => checked((side - 1) * stride));
        return steps.Aggregate(1L, (span, step) => checked(span + step));
    }

    private static string View(PickledTensor tensor) =>
        $"the view [{string.Join(", ", tensor.Shape)}] at {tensor.Offset} with strides [{string.Join(", ", tensor.Strides)}]";
}

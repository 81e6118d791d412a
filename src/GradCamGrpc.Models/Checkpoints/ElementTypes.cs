using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>What the readers need to know of an element type.</summary>
internal static class ElementTypes
{
    /// <summary>How many bytes one element has.</summary>
    public static int SizeInBytes(this ElementType type) => type switch
    {
        ElementType.BOOL or ElementType.U8 or ElementType.I8 => 1,
        ElementType.I16 or ElementType.F16 or ElementType.BF16 => 2,
        ElementType.I32 or ElementType.F32 => 4,
        _ => 8,
    };

    /// <summary>How many bytes an array has. An empty one must have strides that can be reckoned, too: torch refuses what has not.</summary>
    /// <exception cref="OverflowException">It is larger than any memory, or would be if its empty sides were of one element.</exception>
    public static long SizeInBytes(this ElementType type, IEnumerable<long> shape)
    {
        var (bytes, span) = ((long)type.SizeInBytes(), (long)type.SizeInBytes());
        foreach (var side in shape)
        {
            bytes = checked(bytes * side);
            span = checked(span * Math.Max(side, 1));
        }
        return bytes;
    }

    /// <summary>Torch's name of it.</summary>
    public static ScalarType ToScalarType(this ElementType type) => type switch
    {
        ElementType.BOOL => ScalarType.Bool,
        ElementType.U8 => ScalarType.Byte,
        ElementType.I8 => ScalarType.Int8,
        ElementType.I16 => ScalarType.Int16,
        ElementType.I32 => ScalarType.Int32,
        ElementType.I64 => ScalarType.Int64,
        ElementType.F16 => ScalarType.Float16,
        ElementType.BF16 => ScalarType.BFloat16,
        ElementType.F32 => ScalarType.Float32,
        ElementType.F64 => ScalarType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown element type"),
    };
}

using System.Numerics;

namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>The kinds of values a pickle can hold here.</summary>
internal static class PickledValue
{
    /// <summary>In characters; so that error messages stay short.</summary>
    public const int MaxNameLength = 512;

    /// <summary>The kind of a value, for an error message.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        long or BigInteger or double => "a number",
        string => "a text",
        PickledTuple => "a tuple",
        List<object?> => "a list",
        PickledDictionary => "a dictionary",
        PickledStorage => "a storage",
        PickledTensor => "a tensor",
        ElementType => "a storage type",
        PickleFunction => "a function",
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "no such value can be made"),
    };
}

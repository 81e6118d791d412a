using System.Globalization;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Devices;

/// <summary>A device in PyTorch's notation: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
/// <param name="Type">The CPU or CUDA.</param>
/// <param name="Index">Which of them, 0 or more; the CPU is one.</param>
public sealed partial record DeviceName(DeviceType Type, int Index)
{
    /// <summary>The CPU.</summary>
    public static DeviceName Cpu { get; } = new(DeviceType.CPU, 0);

    /// <summary>Whether it is the CPU.</summary>
    public bool IsCpu => Type is DeviceType.CPU;

    /// <summary>Reads a name.</summary>
    /// <returns>Null where it is none.</returns>
    public static DeviceName? Parse(string text)
    {
        var name = Notation().Match(text);
        if (!name.Success)
            return null;
        var index = name.Groups["index"];
        return text == "cpu" ? Cpu : new DeviceName(DeviceType.CUDA, index.Success ? int.Parse(index.ValueSpan, CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>Why nothing can run there, a clause; null where it can. libtorch must have been loaded.</summary>
    public string? Objection() => IsCpu ? null : ObjectionTo(Index, cuda.device_count());

    /// <param name="index">Which CUDA device.</param>
    /// <param name="count">How many there are.</param>
    internal static string? ObjectionTo(int index, int count) =>
        index < count ? null
        : count > 0 ? $"is not here: there are CUDA devices up to cuda:{count - 1}"
        : "is not here: libtorch sees no CUDA device (is it a libtorch with CUDA, and is NVIDIA's driver installed?)";

    /// <inheritdoc />
    public override string ToString() => IsCpu ? "cpu" : string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}");

    [GeneratedRegex(@"^(cpu|cuda(:(?<index>[0-9]{1,2}))?)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Notation();
}

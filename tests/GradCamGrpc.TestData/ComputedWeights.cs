using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace GradCamGrpc.TestData;

/// <summary>Numbers for any network, computed from the names of its parameters: the same in any language, so no weights travel.</summary>
/// <param name="prefix">Stands before every name, so that another set of cases has other numbers.</param>
public sealed class ComputedWeights(string prefix)
{
    /// <summary>Those of a folder of golden cases, by the prefix that its <c>check.json</c> gives.</summary>
    /// <param name="relativePath">The file.</param>
    public static ComputedWeights Of(string relativePath)
    {
        using var check = JsonDocument.Parse(File.ReadAllText(TestFolders.Golden(relativePath)));
        return new ComputedWeights(check.RootElement.GetProperty("prefix").GetString()!);
    }

    /// <summary>The hash of a name, fnv1a32.</summary>
    public uint Hash(string name)
    {
        var hash = 0x811C9DC5;
        foreach (var octet in Encoding.UTF8.GetBytes(prefix + name))
            hash = (hash ^ octet) * 0x01000193;
        return hash;
    }

    /// <summary>The first numbers of a name, in [-1, 1) before they are scaled: an input as it is.</summary>
    public float[] Numbers(string name, int count)
    {
        var numbers = new float[count];
        Fill(numbers, name, u => u);
        return numbers;
    }

    /// <summary>Replaces every floating-point parameter and buffer; the others stay as they are.</summary>
    public void Fill(nn.Module network)
    {
        using var noTape = no_grad();
        foreach (var (name, parameter) in network.state_dict())
        {
            if (!parameter.is_floating_point())
                continue;
            using var values = empty(parameter.shape, float32);
            Fill(MemoryMarshal.Cast<byte, float>(values.bytes), name, Scaling(name, parameter.shape));
            parameter.copy_(values);
        }
    }

    private static Func<double, double> Scaling(string name, long[] shape)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        if (last == "running_mean")
            return u => 0.1 * u;
        if (last == "running_var")
            return u => 1 + 0.5 * Math.Abs(u);
        if (last.EndsWith("weight", StringComparison.Ordinal) && shape.Length >= 2)
        {
            var gain = Math.Sqrt(6.0 / shape[1..].Aggregate((product, side) => product * side));
            return u => u * gain;
        }
        return last == "weight" && shape.Length == 1 ? u => 1 + 0.1 * u : u => 0.1 * u;
    }

    private void Fill(Span<float> values, string name, Func<double, double> scale)
    {
        var hash = Hash(name);
        for (var i = 0; i < values.Length; i++)
        {
            var x = hash ^ ((uint)i * 0x9E3779B9);
            x ^= x >> 16;
            x *= 0x7FEB352D;
            x ^= x >> 15;
            x *= 0x846CA68B;
            x ^= x >> 16;
            values[i] = (float)scale((x >> 8) * (1.0 / (1 << 23)) - 1);
        }
    }
}

using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    /// <summary>The header's length is a multiple of it, so that arrays start aligned.</summary>
    private const int Alignment = 8;

    /// <summary>Writes arrays, in the order of their names; the file appears whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">The arrays by name.</param>
    /// <param name="type">What floating-point numbers are stored as: float32, float16 or bfloat16; null to store them as they are.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> arrays, ScalarType? type = null)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        (string Name, Tensor Values)[] stored =
        [
            .. arrays
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => (pair.Key, pair.Value.detach().cpu().to(type is { } wanted && pair.Value.is_floating_point() ? wanted : pair.Value.dtype).contiguous())),
        ];
        var partial = path + ".partial";
        using (var file = File.Create(partial))
        {
            var header = Header(stored);
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            file.Write(header);
            foreach (var (_, values) in stored)
                file.Write(values.bytes);
        }
        File.Move(partial, path, overwrite: true);
    }

    private static byte[] Header((string Name, Tensor Values)[] arrays)
    {
        var offset = 0L;
        var entries = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, values) in arrays)
        {
            var end = offset + values.numel() * values.element_size();
            entries.Add(name, new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["dtype"] = NameOf(values.dtype),
                ["shape"] = values.shape,
                ["data_offsets"] = new[] { offset, end },
            });
            offset = end;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(entries);
        var padded = new byte[(json.Length + Alignment - 1) / Alignment * Alignment];
        padded.AsSpan().Fill((byte)' ');
        json.CopyTo(padded, 0);
        return padded;
    }

    private static string NameOf(ScalarType type) => Enum
        .GetValues<ElementType>()
        .Where(known => known.ToScalarType() == type)
        .Select(known => known.ToString())
        .SingleOrDefault() ?? throw new ArgumentException($"safetensors has no element type {type}");
}

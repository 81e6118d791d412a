using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace GradCamGrpc.Fuzzing.Models;

/// <summary>Makes safetensors files whose headers lie: about types, shapes, where bytes are, and the format itself.</summary>
internal static class SafetensorsMutator
{
    private static readonly string[] Types =
        ["BOOL", "U8", "I8", "I16", "U16", "I32", "U32", "I64", "U64", "F16", "BF16", "F32", "F64", "F8_E4M3", "f32", "", "F32\0", "3", "8"];

    /// <summary>Three arrays that lie behind each other.</summary>
    private static readonly byte[] Data = [.. Enumerable.Range(0, 104).Select(value => (byte)value)];

    private static JsonObject Header() => new()
    {
        ["__metadata__"] = new JsonObject { ["format"] = "pt" },
        ["conv.weight"] = Entry("F32", [2, 3, 2], 0, 48),
        ["conv.bias"] = Entry("F16", [4], 48, 56),
        ["norm.mean"] = Entry("F64", [2, 3], 56, 104),
    };

    private static JsonObject Entry(string type, long[] shape, long begin, long end) => new()
    {
        ["dtype"] = type,
        ["shape"] = new JsonArray([.. shape.Select(side => JsonValue.Create(side))]),
        ["data_offsets"] = new JsonArray(begin, end),
    };

    public static byte[] Make(Random random)
    {
        var header = Header();
        var changes = random.Next(4);
        for (var i = 0; i < changes; i++)
            Change(header, random);
        var text = random.OneIn(3) && changes < 2 ? JsonMutator.Mutate(header, random) : Encoding.UTF8.GetBytes(header.ToJsonString());
        if (random.OneIn(6))
            text = ByteMutator.Mutate(text, Data, random);
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, random.OneIn(8) ? ByteMutator.Border(random) : text.Length);
        byte[] file = [.. length, .. text, .. random.OneIn(10) ? Data[..random.Next(Data.Length)] : Data];
        return random.OneIn(5) ? ByteMutator.Mutate(file, Data, random) : file;
    }

    private static void Change(JsonObject header, Random random)
    {
        string[] names = [.. header.Select(pair => pair.Key)];
        var name = random.Pick(names);
        var entry = header[name]!.AsObject();
        switch (random.Next(8))
        {
            case 0:
                entry["dtype"] = random.Pick(Types);
                break;
            case 1:
            case 2:
                entry["shape"] = Shape(random);
                break;
            case 3:
                entry["data_offsets"] = new JsonArray(Offset(random), Offset(random));
                break;
            case 4:
                // Nothing in it, however large its other sides are.
                header[$"{name}.none"] = Entry("F32", [0, 1L << random.Next(63), 1L << random.Next(63)], 0, 0);
                break;
            case 5:
                header[$"{name}.copy"] = entry.DeepClone();
                break;
            case 6:
                entry["strides"] = new JsonArray(1);
                break;
            default:
                header[name] = Entry("U8", [Data.Length], 0, Data.Length);
                break;
        }
    }

    private static JsonArray Shape(Random random)
    {
        var sides = random.OneIn(8) ? random.Next(60, 70) : random.Next(6);
        return new JsonArray([.. Enumerable.Range(0, sides).Select(_ => JsonValue.Create(random.OneIn(2) ? random.Next(5) : ByteMutator.Border(random)))]);
    }

    private static long Offset(Random random) => random.OneIn(2) ? random.Next(Data.Length + 8) : ByteMutator.Border(random);
}

using System.Text;
using System.Text.Json.Nodes;

namespace GradCamGrpc.Fuzzing.Models;

/// <summary>Changes JSON so that it stays JSON, mostly: other types, absent and unknown names, names twice, depth, numbers and texts that break things.</summary>
internal static class JsonMutator
{
    private const int Depth = 20_000;
    private const int Many = 10_000;

    /// <summary>JSON texts of values.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2147483647", "2147483648", "-9223372036854775808", "18446744073709551616", "1e999", "-1e999", "1e-999", "0.5", "NaN",
        "01", "\"\"", "\"../../etc/passwd\"", "\"..\"", "\"/dev/zero\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\u202e\"", "[]", "{}", "[null]", "{\"a\":1}",
        "[[[[[]]]]]", "\"classification\"", "\"captioning\"", "\"vqa\"", "\"bilinear\"", "\"F32\"", "\"weights.safetensors\"", "\"labels.txt\"", "4096", "64", "7",
    ];

    private static readonly string[] Names = ["colour", "__proto__", "$type", "$ref", "", "\\ud800", "name", "weights", "dtype", "\\u0000"];

    public static byte[] Mutate(JsonNode root, Random random)
    {
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        var changed = root.DeepClone();
        var changes = 1 << random.Next(3);
        for (var i = 0; i < changes; i++)
            Change(changed, marks, random);
        var text = changed.ToJsonString();
        foreach (var (mark, value) in marks)
            text = text.Replace($"\"{mark}\"", value, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Puts marks in place of values, to be replaced by texts that no node can hold.</summary>
    private static void Change(JsonNode root, Dictionary<string, string> marks, Random random)
    {
        var places = Containers(root).ToArray();
        var mark = $"mark-{marks.Count}";
        switch (random.Pick(places))
        {
            case JsonObject { Count: > 0 } parent when !random.OneIn(5):
                var name = random.Pick([.. parent.Select(pair => pair.Key)]);
                if (random.OneIn(4))
                {
                    parent.Remove(name);
                    break;
                }
                parent[name] = mark;
                marks[mark] = Value(random);
                break;
            case JsonObject parent:
                // A name more, or one that is there already.
                parent[mark] = 0;
                marks[mark] = $"\"{(random.OneIn(2) || parent.Count == 1 ? random.Pick(Names) : random.Pick([.. parent.Select(pair => pair.Key)]))}\"";
                break;
            case JsonArray { Count: > 0 } list when !random.OneIn(3):
                list[random.Next(list.Count)] = mark;
                marks[mark] = Value(random);
                break;
            case JsonArray list:
                list.Add(mark);
                marks[mark] = Value(random);
                break;
        }
    }

    private static string Value(Random random) => random.Next(20) switch
    {
        0 => new string('[', Depth) + new string(']', Depth),
        1 => string.Concat(Enumerable.Repeat("{\"a\":", Depth)) + "1" + new string('}', Depth),
        2 => $"[{string.Join(',', Enumerable.Repeat(random.Pick(Values), Many))}]",
        3 => $"\"{new string('x', Many)}\"",
        4 => new string('9', Many),
        5 => $"{ByteMutator.Border(random)}",
        _ => random.Pick(Values),
    };

    private static IEnumerable<JsonNode> Containers(JsonNode node) => node switch
    {
        JsonObject parent => parent.Select(pair => pair.Value).OfType<JsonNode>().SelectMany(Containers).Prepend(parent),
        JsonArray list => list.OfType<JsonNode>().SelectMany(Containers).Prepend(list),
        _ => [],
    };
}

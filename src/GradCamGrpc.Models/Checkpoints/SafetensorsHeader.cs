using System.Text.Json;

namespace GradCamGrpc.Models.Checkpoints;

/// <summary>Reads the JSON header of a safetensors file and checks every rule of the format in one pass.</summary>
/// <remarks>Rules: https://github.com/huggingface/safetensors, section "Format": no duplicate names, no overlaps, no holes.</remarks>
internal static class SafetensorsHeader
{
    private const string Metadata = "__metadata__";

    /// <param name="file">The file's name, for error messages.</param>
    /// <param name="json">The header.</param>
    /// <param name="dataLength">Bytes behind the header.</param>
    public static Dictionary<string, TensorEntry> Parse(string file, ReadOnlySpan<byte> json, long dataLength)
    {
        var entries = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        var sawMetadata = false;
        try
        {
            var reader = new Utf8JsonReader(json);
            Expect(ref reader, JsonTokenType.StartObject);
            while (ReadPropertyName(ref reader) is { } name)
            {
                if (name == Metadata)
                {
                    if (sawMetadata)
                        throw new CheckpointException(file, "the header has two __metadata__ objects");
                    sawMetadata = true;
                    ReadMetadata(ref reader);
                    continue;
                }
                if (!entries.TryAdd(name, ReadEntry(file, name, ref reader)))
                    throw new CheckpointException(file, name, "the name occurs twice");
            }
            if (reader.Read())
                throw new CheckpointException(file, "the header goes on after its object");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new CheckpointException(file, $"the header is not the JSON it should be: {e.Message}");
        }
        CheckLayout(file, entries.Values, dataLength);
        return entries;
    }

    private static TensorEntry ReadEntry(string file, string name, ref Utf8JsonReader reader)
    {
        ElementType? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (ReadPropertyName(ref reader) is { } property)
        {
            switch (property)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    type = ParseType(file, name, reader.GetString()!);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(file, name, ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(file, name, ref reader);
                    break;
                default:
                    throw new CheckpointException(file, name, $"the property '{property}' is unknown or occurs twice");
            }
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
            throw new CheckpointException(file, name, "dtype, shape and two data_offsets are needed");
        return new TensorEntry(name, type.Value, shape, begin, CheckedLength(file, name, type.Value, shape, begin, end));
    }

    private static int CheckedLength(string file, string name, ElementType type, List<long> shape, long begin, long end)
    {
        long needed;
        try
        {
            needed = type.SizeInBytes(shape);
        }
        catch (OverflowException)
        {
            throw new CheckpointException(file, name, $"the shape [{string.Join(", ", shape)}] is larger than any memory");
        }
        if (end < begin || end - begin != needed)
            throw new CheckpointException(
                file, name, $"{type} [{string.Join(", ", shape)}] takes {needed} bytes, but data_offsets are [{begin}, {end}]");
        if (needed > Array.MaxLength)
            throw new CheckpointException(file, name, $"{needed} bytes are more than the {Array.MaxLength} a tensor may have here");
        return (int)needed;
    }

    private static void CheckLayout(string file, IEnumerable<TensorEntry> entries, long dataLength)
    {
        long covered = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset < covered)
                throw new CheckpointException(file, entry.Name, $"its bytes start at {entry.Offset} and overlap those before {covered}");
            if (entry.Offset > covered)
                throw new CheckpointException(file, entry.Name, $"bytes {covered} to {entry.Offset} before it belong to no tensor");
            covered += entry.Length;
            if (covered > dataLength)
                throw new CheckpointException(file, entry.Name, $"its bytes end at {covered}, but the file has {dataLength}");
        }
        if (covered != dataLength)
            throw new CheckpointException(file, $"{dataLength - covered} bytes at the end belong to no tensor");
    }

    private static ElementType ParseType(string file, string name, string text) =>
        Enum.TryParse<ElementType>(text, out var type) && Enum.IsDefined(type) && type.ToString() == text
            ? type
            : throw new CheckpointException(file, name, $"the dtype '{text}' is unknown");

    private static List<long> ReadNumbers(string file, string name, ref Utf8JsonReader reader)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw new CheckpointException(file, name, "shape and data_offsets are whole numbers, 0 or more");
            numbers.Add(number);
        }
        return numbers;
    }

    private static void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (ReadPropertyName(ref reader) is not null)
            Expect(ref reader, JsonTokenType.String);
    }

    private static string? ReadPropertyName(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new JsonException("it ends too soon");
        return reader.TokenType switch
        {
            JsonTokenType.PropertyName => reader.GetString(),
            JsonTokenType.EndObject => null,
            var other => throw new JsonException($"a property name was expected, not {other}"),
        };
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (!reader.Read() || reader.TokenType != expected)
            throw new JsonException($"{expected} was expected, not {reader.TokenType}");
    }
}

using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Http;

/// <summary>
/// Compares JSON with the message that it stands for: the framework passes over fields that there are not, and does not say which of the others
/// cannot be read.
/// </summary>
internal static class JsonFields
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Tells of every field that is not the message's, or whose value is of another kind; of the first ones only, where there are many.</summary>
    /// <param name="body">The JSON, in UTF-8.</param>
    /// <param name="message">The message.</param>
    /// <param name="faults">Told of them.</param>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static void Check(ReadOnlySpan<byte> body, MessageDescriptor message, Violations faults)
    {
        if (body.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];
        var reader = new Utf8JsonReader(body);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException($"{Written(reader)} is not an object");
            CheckMessage(ref reader, message, faults);
            while (!faults.IsFull && reader.Read())
                reader.Skip();
        }
        catch (InvalidOperationException fault)
        {
            // Bytes that are no UTF-8, or half of a surrogate pair, show only where the text is read.
            throw new JsonException(fault.Message, fault);
        }
    }

    /// <param name="reader">At the start of an object; afterwards at its end, unless enough is wrong.</param>
    /// <param name="message">The message that the object stands for.</param>
    /// <param name="faults">Told of what is wrong.</param>
    private static void CheckMessage(ref Utf8JsonReader reader, MessageDescriptor message, Violations faults)
    {
        var seen = new HashSet<FieldDescriptor>();
        while (!faults.IsFull && reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (Find(message, name) is not { } field)
            {
                var names = message.Fields.InDeclarationOrder().Select(known => known.Name);
                faults.Invalid(Text.Quoted(name), $"there is no such field{Suggestions.Hint(name, names)}");
                reader.Skip();
            }
            else if (Earlier(seen, field) is { } other)
            {
                faults.Invalid(field.Name, other == field ? "it is there twice" : $"{other.Name} is set, and of the two only one may be");
                reader.Skip();
            }
            else
            {
                seen.Add(field);
                CheckField(ref reader, field, faults);
            }
        }
    }

    /// <summary>A field by its name in JSON or in the proto.</summary>
    private static FieldDescriptor? Find(MessageDescriptor message, string name) =>
        message.FindFieldByName(name) ?? message.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);

    /// <summary>The field itself, or one in whose place it would be.</summary>
    private static FieldDescriptor? Earlier(HashSet<FieldDescriptor> seen, FieldDescriptor field) =>
        seen.FirstOrDefault(other => other == field || (field.RealContainingOneof is { } oneof && other.RealContainingOneof == oneof));

    private static void CheckField(ref Utf8JsonReader reader, FieldDescriptor field, Violations faults)
    {
        if (!field.IsRepeated)
        {
            CheckValue(ref reader, field, field.Name, faults);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var i = 0; !faults.IsFull && reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                CheckValue(ref reader, field, $"{field.Name}[{i}]", faults);
        }
        else
        {
            faults.Invalid(field.Name, $"{Written(reader)} is not a list");
            reader.Skip();
        }
    }

    private static void CheckValue(ref Utf8JsonReader reader, FieldDescriptor field, string path, Violations faults)
    {
        if (field.FieldType == FieldType.Message && reader.TokenType == JsonTokenType.StartObject)
        {
            CheckMessage(ref reader, field.MessageType, faults.Of(path));
            return;
        }
        if (!Suits(ref reader, field))
            faults.Invalid(path, $"{Written(reader)} is not {Wanted(field)}");
        reader.Skip();
    }

    /// <summary>Whether a value is one that the framework can put into the field.</summary>
    private static bool Suits(ref Utf8JsonReader reader, FieldDescriptor field) => (field.FieldType, reader.TokenType) switch
    {
        (FieldType.Message, JsonTokenType.Null) => !field.IsRepeated,
        (FieldType.Bool, JsonTokenType.True or JsonTokenType.False) => true,
        (FieldType.String, JsonTokenType.String) => reader.GetString() is not null,
        (FieldType.Bytes, JsonTokenType.String) => reader.ValueIsEscaped ? reader.TryGetBytesFromBase64(out _) : Base64.IsValid(reader.ValueSpan),
        (FieldType.Enum, JsonTokenType.String) => field.EnumType.FindValueByName(reader.GetString()!) is not null,
        (FieldType.Int32 or FieldType.Enum, JsonTokenType.Number) => reader.TryGetInt32(out _),
        (FieldType.UInt64, JsonTokenType.Number) => reader.TryGetUInt64(out _),
        (FieldType.UInt64, JsonTokenType.String) => ulong.TryParse(reader.GetString(), out _),
        (FieldType.Double, JsonTokenType.Number) => reader.TryGetDouble(out var value) && double.IsFinite(value),
        (FieldType.Double, JsonTokenType.String) => reader.GetString() is "NaN" or "Infinity" or "-Infinity",
        _ => false,
    };

    /// <summary>What would be right.</summary>
    private static string Wanted(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => "an object",
        FieldType.Bool => "true or false",
        FieldType.String => "a text",
        FieldType.Bytes => "Base64 (RFC 4648, section 4), with nothing in front of it",
        FieldType.Enum => $"one of {string.Join(", ", field.EnumType.Values.Skip(1).Select(value => value.Name))}",
        FieldType.Int32 => $"a whole number from {int.MinValue} to {int.MaxValue}",
        FieldType.UInt64 => $"a whole number from 0 to {ulong.MaxValue}",
        FieldType.Double => "a number",
        var other => throw new NotSupportedException($"{field.FullName} is of the kind {other}"),
    };

    /// <summary>A value, as far as a sentence has room for it.</summary>
    private static string Written(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => $"'{Text.Quoted(reader.GetString()!)}'",
        _ => Text.Quoted(Encoding.UTF8.GetString(reader.ValueSpan)),
    };
}

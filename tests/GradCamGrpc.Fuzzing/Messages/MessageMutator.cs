using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using GradCamGrpc.Fuzzing.Images;

namespace GradCamGrpc.Fuzzing.Messages;

/// <summary>Changes messages field by field: to values at the borders of their types, absent, of another choice, and ten thousand times.</summary>
internal static class MessageMutator
{
    private const int Many = 10_000;
    private const int MostBytes = 4 << 20;
    private const int MaxDepth = 6;

    private static readonly double[] Reals =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, -1, 0.5, 1, 1e-320, double.MaxValue, double.MinValue, double.Epsilon, 1e9, -1e-9];

    private static readonly string[] Texts =
    [
        "", " ", "embedded", "second", "bn2", "blocks.6.0", "blocks.0", "classifier", "tiger cat", "cat", "a", "dog", "a dog", "what", "yes", "no", "../etc/passwd", "nobody", "\0", "a\nb", "\u202e",
        "\ud83d\ude00", "%s%n", "'; --", "{0}", "\u00e4", "123", "-1",
    ];

    /// <param name="Message">Where a field is.</param>
    /// <param name="Field">The field.</param>
    private sealed record Place(IMessage Message, FieldDescriptor Field);

    /// <summary>A message with one to four changes.</summary>
    public static IMessage Mutated(IMessage message, Random random)
    {
        var changes = 1 << random.Next(3);
        for (var i = 0; i < changes && message.CalculateSize() < MostBytes; i++)
        {
            // A copy: what is in a list many times must not change in all of its places.
            message = message.Descriptor.Parser.ParseFrom(message.ToByteString());
            var places = Places(message, 0).ToArray();
            if (places.Length > 0)
                Change(random.Pick(places), random);
        }
        return message;
    }

    private static void Change(Place place, Random random)
    {
        var (message, field) = place;
        if (field.IsRepeated)
            ChangeList((IList)field.Accessor.GetValue(message), field, random);
        else if (random.OneIn(6))
            field.Accessor.Clear(message);
        else
            field.Accessor.SetValue(message, Value(field, random, 0));
    }

    private static void ChangeList(IList list, FieldDescriptor field, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                list.Clear();
                break;
            case 1:
                var value = list.Count > 0 && random.OneIn(2) ? list[random.Next(list.Count)]! : Value(field, random, 0);
                for (var i = Math.Clamp(MostBytes / SizeOf(value), 1, Many); i > 0; i--)
                    list.Add(value);
                break;
            case 2 when list.Count > 0:
                list.Add(list[random.Next(list.Count)]);
                break;
            case 3 when list.Count > 0:
                list[random.Next(list.Count)] = Value(field, random, 0);
                break;
            default:
                list.Add(Value(field, random, 0));
                break;
        }
    }

    /// <summary>About how many bytes a value takes in a message.</summary>
    private static int SizeOf(object value) => value switch
    {
        string text => text.Length + 1,
        ByteString bytes => bytes.Length + 1,
        IMessage message => message.CalculateSize() + 1,
        _ => 1,
    };

    private static object Value(FieldDescriptor field, Random random, int depth) => field.FieldType switch
    {
        FieldType.Bool => random.OneIn(2),
        FieldType.Double => random.OneIn(4) ? random.NextDouble() : random.Pick(Reals),
        FieldType.Float => (float)random.Pick(Reals),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => random.OneIn(2) ? random.Next(-1, 12) : unchecked((int)ByteMutator.Border(random)),
        FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)ByteMutator.Border(random)),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => ByteMutator.Border(random),
        FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)ByteMutator.Border(random)),
        FieldType.String => Text(random),
        FieldType.Bytes => Bytes(field, random),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.OneIn(4) ? unchecked((int)ByteMutator.Border(random)) : random.Next(field.EnumType.Values.Count + 1)),
        FieldType.Message => Filled(field.MessageType, random, depth + 1),
        var other => throw new NotSupportedException($"{field.FullName} is a {other}"),
    };

    private static string Text(Random random) => random.Next(12) switch
    {
        0 => new string('x', Many),
        1 => string.Join(' ', Enumerable.Repeat("dog", random.Next(1, 2000))),
        2 => new string('\u00e9', 600_000),
        _ => random.Pick(Texts),
    };

    private static ByteString Bytes(FieldDescriptor field, Random random) => field.Name == "encoded" && !random.OneIn(4)
        ? UnsafeByteOperations.UnsafeWrap(ImageMutator.Make(random).File)
        : UnsafeByteOperations.UnsafeWrap(random.Bytes(random.OneIn(8) ? 3 << 20 : random.Next(400)));

    /// <summary>A message of which some fields are set.</summary>
    private static IMessage Filled(MessageDescriptor type, Random random, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (depth > MaxDepth || random.OneIn(2))
                continue;
            if (field.IsRepeated)
                ((IList)field.Accessor.GetValue(message)).Add(Value(field, random, depth));
            else
                field.Accessor.SetValue(message, Value(field, random, depth));
        }
        return message;
    }

    private static IEnumerable<Place> Places(IMessage message, int depth)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            yield return new Place(message, field);
            if (depth > MaxDepth || field.FieldType is not FieldType.Message)
                continue;
            var held = field.Accessor.GetValue(message);
            var inner = field.IsRepeated ? ((IList)held).Cast<IMessage>().Take(4) : new[] { (IMessage?)held }.OfType<IMessage>();
            foreach (var place in inner.SelectMany(one => Places(one, depth + 1)))
                yield return place;
        }
    }
}

using Google.Protobuf;

namespace GradCamGrpc.Fuzzing.Messages;

/// <summary>Damages messages as bytes: lengths that reach beyond the end, groups in groups, numbers without an end.</summary>
internal static class WireMutator
{
    private const byte StartGroup = 0x0b;
    private const int Depth = 20_000;

    public static byte[] Mutate(byte[] message, Random random) => random.Next(6) switch
    {
        0 => [.. message, .. Enumerable.Repeat(StartGroup, Depth)],
        1 => [.. message, .. Nested(random)],
        2 => [.. message, .. Enumerable.Repeat((byte)0xff, random.Next(1, 20))],
        _ => ByteMutator.Mutate(message, message, random),
    };

    /// <summary>A field in itself in itself, which is unknown somewhere down there.</summary>
    private static byte[] Nested(Random random)
    {
        var number = random.Next(1, 13);
        byte[] inner = [];
        for (var i = 0; i < 300; i++)
        {
            using var bytes = new MemoryStream();
            var output = new CodedOutputStream(bytes);
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(inner));
            output.Flush();
            inner = bytes.ToArray();
        }
        return inner;
    }
}

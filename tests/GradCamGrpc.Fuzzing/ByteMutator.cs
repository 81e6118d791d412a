using System.Buffers.Binary;

namespace GradCamGrpc.Fuzzing;

/// <summary>Damages bytes without knowing what they are.</summary>
public static class ByteMutator
{
    private const int MostBytes = 4 << 20;

    private static readonly long[] Borders =
    [
        0, 1, -1, 2, 7, 8, 16, 127, 128, 255, 256, 4096, 32767, 32768, 65535, 65536, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue,
    ];

    /// <summary>A number where reckoning breaks.</summary>
    public static long Border(Random random) => Borders[random.Next(Borders.Length)];

    /// <summary>One of several.</summary>
    public static T Pick<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>Whether one of so many times.</summary>
    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;

    /// <summary>So many random bytes.</summary>
    public static byte[] Bytes(this Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>One to eight changes, most often few.</summary>
    /// <param name="bytes">What is damaged; it stays as it is.</param>
    /// <param name="other">What parts are taken from.</param>
    /// <param name="random">Decides.</param>
    public static byte[] Mutate(byte[] bytes, byte[] other, Random random)
    {
        var changes = 1 << random.Next(4);
        for (var i = 0; i < changes; i++)
            bytes = Change(bytes, other, random);
        return bytes;
    }

    private static byte[] Change(byte[] bytes, byte[] other, Random random)
    {
        if (bytes.Length == 0)
            return random.Bytes(random.Next(1, 16));
        var (start, end) = Range(bytes, random);
        switch (random.Next(10))
        {
            case 0:
            case 1:
                return With(bytes, copy => copy[start] ^= (byte)(1 << random.Next(8)));
            case 2:
                return With(bytes, copy => copy[start] = (byte)random.Next(256));
            case 3:
                return With(bytes, copy => WriteNumber(copy.AsSpan(start), random));
            case 4:
                return [.. bytes[..start], .. random.Bytes(random.Next(1, 32)), .. bytes[start..]];
            case 5:
                return [.. bytes[..start], .. bytes[end..]];
            case 6:
                return bytes.Length + end - start > MostBytes ? bytes : [.. bytes[..end], .. bytes[start..]];
            case 7:
                return bytes[..start];
            case 8:
                return Splice(bytes, start, other, random);
            default:
                return With(bytes, copy => copy.AsSpan(start, end - start).Fill(random.OneIn(2) ? (byte)0 : byte.MaxValue));
        }
    }

    private static byte[] Splice(byte[] bytes, int start, byte[] other, Random random)
    {
        if (other.Length == 0)
            return bytes;
        var (from, to) = Range(other, random);
        var rest = random.OneIn(2) ? bytes[start..] : bytes[Math.Min(bytes.Length, start + to - from)..];
        return [.. bytes[..start], .. other[from..to], .. rest];
    }

    private static byte[] With(byte[] bytes, Action<byte[]> change)
    {
        byte[] copy = [.. bytes];
        change(copy);
        return copy;
    }

    private static (int Start, int End) Range(byte[] bytes, Random random)
    {
        // Headers are at the start, and worth more.
        var start = random.OneIn(6) ? random.Next(Math.Min(64, bytes.Length)) : random.Next(bytes.Length);
        return (start, start + random.Next(Math.Min(1 << random.Next(12), bytes.Length - start)) + 1);
    }

    private static void WriteNumber(Span<byte> bytes, Random random)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, Border(random));
        number = number[..(1 << random.Next(4))];
        if (random.OneIn(2))
            number.Reverse();
        number[..Math.Min(number.Length, bytes.Length)].CopyTo(bytes);
    }
}

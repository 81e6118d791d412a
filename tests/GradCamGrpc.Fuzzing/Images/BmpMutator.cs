using System.Buffers.Binary;

namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Damages the headers of BMP files: offsets, sizes, depths and compressions.</summary>
internal static class BmpMutator
{
    private const int HeaderLength = 54;

    public static byte[] Mutate(byte[] file, Random random)
    {
        byte[] bytes = [.. file];
        var changes = 1 << random.Next(3);
        for (var i = 0; i < changes; i++)
            Change(bytes, random);
        return random.OneIn(4) ? ByteMutator.Mutate(bytes, [], random) : bytes;
    }

    private static void Change(byte[] bytes, Random random)
    {
        switch (random.Next(7))
        {
            case 0:
                Write(18, HostileSizes.Side(random));
                break;
            case 1:
                Write(22, HostileSizes.Side(random));
                break;
            case 2:
                bytes[28] = random.Pick<byte>([0, 1, 2, 4, 8, 16, 24, 32, 255]);
                break;
            case 3:
                Write(30, random.Next(7));
                break;
            case 4:
                Write(random.Pick([2, 10, 14, 34, 46, 50]), (int)ByteMutator.Border(random));
                break;
            case 5:
                Write(14, random.Pick([12, 40, 52, 56, 64, 108, 124]));
                break;
            default:
                bytes[random.Next(HeaderLength, bytes.Length)] = (byte)random.Next(256);
                break;
        }

        void Write(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace GradCamGrpc.Models.Checkpoints.Pickling;

/// <summary>Reads the arguments of opcodes, never beyond the pickle's end.</summary>
/// <param name="file">The file's name, for error messages.</param>
/// <param name="bytes">The pickle.</param>
internal sealed class PickleReader(string file, byte[] bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _position;

    /// <summary>Bytes not yet read.</summary>
    public int Remaining => bytes.Length - _position;

    public byte ReadByte() => ReadBytes(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(sizeof(ulong)));

    /// <summary>The one number that pickles write with its highest byte first.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double)));

    /// <summary>A whole number in two's complement.</summary>
    public BigInteger ReadInteger(byte length) => new(ReadBytes(length));

    public string ReadText(uint length) => Decode(ReadBytes(length));

    /// <summary>The text up to the next line feed, which is read too.</summary>
    public string ReadLine()
    {
        var length = bytes.AsSpan(_position).IndexOf((byte)'\n');
        if (length < 0)
            throw TooShort();
        var text = Decode(ReadBytes((uint)length));
        _position++;
        return text;
    }

    /// <summary>A fault of the opcode just read.</summary>
    public CheckpointException Fault(string fault) => new(file, $"its pickle, before byte {_position}: {fault}");

    private ReadOnlySpan<byte> ReadBytes(uint count)
    {
        if (count > Remaining)
            throw TooShort();
        var start = _position;
        _position += (int)count;
        return bytes.AsSpan(start, (int)count);
    }

    private string Decode(ReadOnlySpan<byte> text)
    {
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw Fault("a text is not UTF-8");
        }
    }

    private CheckpointException TooShort() => Fault("it ends too soon");
}

using System.Buffers.Binary;
using System.Text;

namespace GradCamGrpc.TestData;

/// <summary>Writes pickles opcode by opcode, the sound ones as torch.save writes them and the others as nobody should.</summary>
public sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>A whole pickle of protocol 2.</summary>
    public static byte[] Pickle(Action<PickleWriter> value)
    {
        var writer = new PickleWriter().Op(0x80, 2);
        value(writer);
        return [.. writer.Op('.')._bytes];
    }

    /// <summary>A whole pickle of a state dict.</summary>
    public static byte[] StateDict(params (string Name, Action<PickleWriter> Value)[] entries) =>
        Pickle(writer => writer.OrderedDict(entries));

    public PickleWriter Op(char opcode) => Op((byte)opcode);

    public PickleWriter Op(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op('X').Op(length).Op(utf8);
    }

    public PickleWriter ShortText(string text) => Op(0x8c, (byte)text.Length).Op(Encoding.ASCII.GetBytes(text));

    public PickleWriter Whole(long number)
    {
        if (number is >= 0 and <= byte.MaxValue)
            return Op('K').Op((byte)number);
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return number == (int)number ? Op('J').Op(bytes[..4]) : Op(0x8a, 8).Op(bytes);
    }

    public PickleWriter Global(string moduleAndName) => Op('c').Op(Encoding.UTF8.GetBytes(moduleAndName.Replace(' ', '\n') + '\n'));

    public PickleWriter Numbers(params long[] numbers)
    {
        Op('(');
        foreach (var number in numbers)
            Whole(number);
        return Op('t');
    }

    public PickleWriter Storage(string type, string key, long count) =>
        Op('(').Text("storage").Global($"torch {type}").Text(key).Text("cpu").Whole(count).Op('t').Op('Q');

    /// <summary>A tensor with the arguments of torch.save: requires_grad and no hooks.</summary>
    public PickleWriter Tensor(string type, string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils _rebuild_tensor_v2").Op('(').Storage(type, key, count).Whole(offset).Numbers(shape).Numbers(strides)
            .Op(0x89).OrderedDict().Op('t').Op('R');

    /// <summary>A whole storage of single-precision numbers as a vector.</summary>
    public PickleWriter Vector(string key, long count) => Tensor("FloatStorage", key, count, 0, [count], [1]);

    public PickleWriter OrderedDict(params (string Name, Action<PickleWriter> Value)[] entries) =>
        Global("collections OrderedDict").Op(')').Op('R').Items(entries);

    public PickleWriter Dictionary(params (string Name, Action<PickleWriter> Value)[] entries) => Op('}').Items(entries);

    private PickleWriter Items((string Name, Action<PickleWriter> Value)[] entries)
    {
        Op('(');
        foreach (var (name, value) in entries)
        {
            Text(name);
            value(this);
        }
        return Op('u');
    }
}

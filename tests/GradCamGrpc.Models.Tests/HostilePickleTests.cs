using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

/// <summary>Whatever a PyTorch file holds, it is read or refused with a <see cref="CheckpointException"/>.</summary>
public sealed class HostilePickleTests : IDisposable
{
    private const int Mutations = 3000;

    private readonly TemporaryPyTorchFile _file = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _file.Dispose();
    }

    public static TheoryData<string> ForbiddenGlobals =>
    [
        "os system",
        "posix system",
        "nt system",
        "subprocess Popen",
        "builtins eval",
        "builtins exec",
        "builtins getattr",
        "__builtin__ eval",
        "importlib import_module",
        "torch load",
        "torch.serialization load",
        "torch.hub load",
        "torch.storage UntypedStorage",
        "torch._utils _rebuild_tensor",
        "torch Size",
        "numpy.core.multiarray _reconstruct",
        "collections Counter",
        "collections OrderedDict.update",
        "torch FloatStorage.__init__",
        "Torch FloatStorage",
        "torch._utils ",
    ];

    [Theory, MemberData(nameof(ForbiddenGlobals))]
    public void Open_ForbiddenGlobal_IsRefusedByItsName(string global)
    {
        Write(writer => writer.Global(global).Text("touch /tmp/pwned").Op(0x85).Op('R'));

        Assert.Contains($"the global '{global}' ", Refused(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(ForbiddenGlobals))]
    public void Open_ForbiddenGlobalFromTheStack_IsRefusedByItsName(string global)
    {
        var names = global.Split(' ');
        Write(writer => writer.Text(names[0]).Text(names[1]).Op(0x93));

        Assert.Contains($"the global '{global}' ", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ForbiddenGlobalInAnIgnoredEntry_IsRefused()
    {
        Write(writer => writer.Dictionary(
            ("state_dict", inner => inner.OrderedDict(("a", tensor => tensor.Vector("0", 2)))),
            ("args", inner => inner.Global("argparse Namespace"))));

        Assert.Contains("the global 'argparse Namespace' ", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x81, "NEWOBJ")]
    [InlineData(0x92, "NEWOBJ_EX")]
    [InlineData('i', "INST")]
    [InlineData('o', "OBJ")]
    [InlineData('P', "PERSID")]
    [InlineData(0x82, "EXT1")]
    [InlineData(0x83, "EXT2")]
    [InlineData(0x84, "EXT4")]
    [InlineData('0', "POP")]
    [InlineData('1', "POP_MARK")]
    [InlineData('2', "DUP")]
    [InlineData('I', "INT")]
    [InlineData('S', "STRING")]
    [InlineData('B', "BINBYTES")]
    [InlineData(0x8b, "LONG4")]
    [InlineData(0x8d, "BINUNICODE8")]
    [InlineData(0x8f, "EMPTY_SET")]
    [InlineData(0x97, "NEXT_BUFFER")]
    [InlineData(0xff, "255")]
    [InlineData(0, "0")]
    public void Open_ForbiddenOpcode_IsRefusedByItsName(int opcode, string name)
    {
        Write(writer => writer.Op((byte)opcode));

        Assert.Contains($"the opcode {name} (0x{opcode:x2}) ", Refused(), StringComparison.Ordinal);
    }

    /// <summary>Each breaks one rule of the stack machine, or makes what is no state dict; and the words that tell which.</summary>
    private static readonly Dictionary<string, Action<PickleWriter>> Programs = new(StringComparer.Ordinal)
    {
        ["it holds a number"] = writer => writer.Whole(1),
        ["it holds None"] = writer => writer.Op('N'),
        ["it holds a list"] = writer => writer.Op(']'),
        ["it holds a tuple"] = writer => writer.Op(')'),
        ["it holds a tensor"] = writer => writer.Vector("0", 2),
        ["it holds a storage,"] = writer => writer.Storage("FloatStorage", "0", 2),
        ["it holds a storage type"] = writer => writer.Global("torch FloatStorage"),
        ["it holds a function"] = writer => writer.Global("collections OrderedDict"),
        ["'epoch': it is a number, not a tensor"] = writer => writer.Dictionary(("epoch", inner => inner.Whole(1))),
        ["'a': the name occurs twice"] = writer =>
            writer.OrderedDict(("a", inner => inner.Vector("0", 2)), ("a", inner => inner.Vector("0", 2))),
        ["names are texts of up to 512 characters; one is a number"] = writer => writer.Op('}').Whole(1).Vector("0", 2).Op('s'),
        ["characters; one is a text"] = writer => writer.Dictionary((new string('a', 513), inner => inner.Vector("0", 2))),
        ["a value is missing from the stack"] = writer => writer.Op('}').Op('(').Op('s'),
        ["a value is missing"] = writer => writer.Op(0x87),
        ["a mark is missing"] = writer => writer.Op('}').Op('u'),
        ["a key has no value"] = writer => writer.Op('}').Op('(').Op('N').Op('u'),
        ["entries are set in a list"] = writer => writer.Op(']').Op('(').Op('u'),
        ["values are appended to a dictionary"] = writer => writer.Op('}').Op('(').Op('e'),
        ["ends with more than one value"] = writer => writer.Op('}').Op('}'),
        ["more than one value"] = writer => writer.Op('(').Op('}').Op('t').Op('(').Op('}'),
        ["goes on after its end"] = writer => writer.Op('}').Op('.').Op('}'),
        ["recalls value 5"] = writer => writer.Op('h').Op(5),
        ["recalls value 4294967295"] = writer => writer.Op('j').Op(255, 255, 255, 255),
        ["a text is not UTF-8"] = writer => writer.Op('X').Op(1, 0, 0, 0, 255),
        ["the protocol is 6"] = writer => writer.Op(0x80, 6),
        ["a frame of 18446744073709551615 bytes"] = writer => writer.Op(0x95).Op(255, 255, 255, 255, 255, 255, 255, 255),
        ["it ends too soon"] = writer => writer.Op('X').Op(255, 255, 255, 255),
        ["ends too soon"] = writer => writer.Op('c').Op('x'),
        ["module and name are not texts"] = writer => writer.Whole(1).Whole(2).Op(0x93),
        ["a global has a name of more than 512 characters"] = writer => writer.Global("os " + new string('x', 513)),
        ["a persistent id is not"] = writer => writer.Op('N').Op('Q'),
        ["a persistent id is"] = writer => writer.Storage("FloatStorage", "0", -1),
        ["a persistent"] = writer => writer.Storage("FloatStorage", new string('x', 513), 1),
        ["OrderedDict is called with arguments"] = writer => writer.Global("collections OrderedDict").Numbers(1).Op('R'),
        ["RebuildTensor is called with arguments"] = writer => writer.Global("torch._utils _rebuild_tensor_v2").Op(')').Op('R'),
        ["RebuildParameter is called with arguments"] = writer => writer.Global("torch._utils _rebuild_parameter").Numbers(1, 2, 3).Op('R'),
        ["a storage type is called"] = writer => writer.Global("torch FloatStorage").Op(')').Op('R'),
        ["a text is called"] = writer => writer.Text("os.system").Op(')').Op('R'),
        ["a dictionary is given a state"] = writer => writer.Op('}').Op('}').Op('b'),
        ["a tensor is given a state"] = writer => writer.Vector("0", 2).Op('}').Op('b'),
        ["only an OrderedDict may have one"] = writer => writer.OrderedDict().Op('N').Op('b'),
        ["a tensor has 65 dimensions"] = writer => writer.Tensor("FloatStorage", "0", 2, 0, new long[65], new long[65]),
        ["shape and strides are not whole numbers"] = writer => WriteTensor(writer, shape => shape.Op('N').Op(0x85)),
        ["and strides are not whole numbers"] = writer =>
            WriteTensor(writer, shape => shape.Op(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1).Op(0x85)),
        ["RebuildTensor is called"] = writer =>
            WriteTensor(writer, shape => shape.Numbers(2), rest => rest.Dictionary(("neg", value => value.Op(0x88)))),
        ["the stack has more than 65536 values"] = writer => Repeat(writer, 65537, '}'),
        ["the stack has more than 65536 marks"] = writer => Repeat(writer, 65537, '('),
        ["it has more than 4194304 values"] = writer => Repeat(writer.Op(']'), 4194304, 'N', 'a'),
        ["it remembers more than 1048576 values"] = writer => Repeat(writer.Op(']'), 1048577, '\u0094'),
    };

    public static TheoryData<string> Faults => [.. Programs.Keys];

    [Theory, MemberData(nameof(Faults))]
    public void Open_PickleBreaksARule_IsRefusedWithTheReason(string fault)
    {
        Write(Programs[fault]);

        Assert.Contains(fault, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MetadataOfATensorIsEmpty_IsRead()
    {
        Write(writer => writer.OrderedDict(
            ("a", inner => WriteTensor(inner, shape => shape.Numbers(2), rest => rest.Op('}'))),
            ("b", inner => WriteTensor(inner, shape => shape.Numbers(2), rest => rest.Op('N')))));

        Assert.Equal(2, ReadAll());
    }

    [Fact]
    public void Open_ListHoldsItself_IsIgnored()
    {
        Write(writer => writer.Dictionary(
            ("model", inner => inner.OrderedDict(("a", tensor => tensor.Vector("0", 2)))),
            ("loop", inner => inner.Op(']').Op('q').Op(1).Op('h').Op(1).Op('a'))));

        Assert.Equal(1, ReadAll());
    }

    [Fact]
    public void Open_DictionaryHoldsItself_IsRefused()
    {
        Write(writer => writer.Op('}').Op('q').Op(1).Text("model").Op('h').Op(1).Op('s'));

        Assert.Contains("'model': it is a dictionary, not a tensor", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SoundFile_HasFourTensors()
    {
        WriteSound();

        Assert.Equal(4, ReadAll());
    }

    [Fact]
    public void Open_PickleIsCutAnywhere_IsRefused()
    {
        var pickle = SoundPickle();
        for (var length = 0; length < pickle.Length; length++)
        {
            _file.With(pickle[..length], SoundStorages());

            Refused();
        }
    }

    [Fact]
    public void Open_ArchiveIsCutAnywhere_IsRefused()
    {
        var bytes = WriteSound();
        for (var length = 0; length < bytes.Length; length++)
        {
            _file.WithBytes(bytes[..length]);

            Refused();
        }
    }

    [Fact]
    public void Open_AnyByteOfThePickleIsChanged_IsReadOrRefused()
    {
        var random = new Random(5);
        for (var i = 0; i < Mutations; i++)
        {
            _file.With(Mutated(SoundPickle(), random), SoundStorages());

            ReadOrRefused();
        }
    }

    [Fact]
    public void Open_AnyByteOfTheArchiveIsChanged_IsReadOrRefused()
    {
        var random = new Random(6);
        var bytes = WriteSound();
        for (var i = 0; i < Mutations; i++)
        {
            _file.WithBytes(Mutated(bytes, random));

            ReadOrRefused();
        }
    }

    private static byte[] Mutated(byte[] bytes, Random random)
    {
        byte[] mutated = [.. bytes];
        mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        return mutated;
    }

    private byte[] WriteSound()
    {
        _file.With(SoundPickle(), SoundStorages());
        return File.ReadAllBytes(_file.Path);
    }

    /// <summary>Every allowed opcode: with versions of modules, a parameter, a shared storage and a training script's entries.</summary>
    private static byte[] SoundPickle() => PickleWriter.Pickle(writer => writer
        .Op(0x80, 4).Op(0x95, 100, 0, 0, 0, 0, 0, 0, 0)
        .Dictionary(
            ("epoch", inner => inner.Op('M').Op(1, 1)),
            ("losses", inner => inner.Op(']').Op('(').Op('G').Op(64, 0, 0, 0, 0, 0, 0, 0).Whole(-1).Op('N').Op('e').Whole(1L << 40).Op('a')),
            ("pair", inner => inner.Whole(1).Op(0x85).Op('N').Op(0x86).Op('N').Op('N').Op(0x87)),
            ("state_dict", inner => inner
                .OrderedDict(
                    ("conv.weight", tensor => tensor.Tensor("FloatStorage", "0", 6, 1, [2, 2], [1, 3]).Op('q').Op(7)),
                    ("conv.bias", tensor => tensor.Op('h').Op(7).Op('r').Op(1, 1, 0, 0)),
                    ("bn.steps", tensor => tensor
                        .ShortText("torch._utils").Op(0x94).ShortText("_rebuild_tensor_v2").Op(0x94).Op(0x93)
                        .Op('(').Storage("LongStorage", "1", 1).Whole(0).Op(')').Op(')').Op(0x89).OrderedDict().Op('t').Op('R')),
                    ("bn.weight", tensor => tensor
                        .Global("torch._utils _rebuild_parameter").Op('(').Op('j').Op(1, 1, 0, 0).Op(0x88).OrderedDict().Op('t').Op('R')))
                .Dictionary(("_metadata", all => all.OrderedDict(("", one => one.Dictionary(("version", number => number.Whole(1)))))))
                .Op('b'))));

    private static (string Key, byte[] Bytes)[] SoundStorages() =>
        [("0", TemporaryPyTorchFile.Bytes(1f, 2f, 3f, 4f, 5f, 6f)), ("1", TemporaryPyTorchFile.Bytes(1L))];

    private static void Repeat(PickleWriter writer, int count, params char[] opcodes)
    {
        for (var i = 0; i < count; i++)
        {
            foreach (var opcode in opcodes)
                writer.Op(opcode);
        }
    }

    private static void WriteTensor(PickleWriter writer, Action<PickleWriter> shape, Action<PickleWriter>? metadata = null)
    {
        writer.Global("torch._utils _rebuild_tensor_v2").Op('(').Storage("FloatStorage", "0", 2).Whole(0);
        shape(writer);
        writer.Numbers(1).Op(0x89).OrderedDict();
        metadata?.Invoke(writer);
        writer.Op('t').Op('R');
    }

    private void Write(Action<PickleWriter> value) => _file.With(PickleWriter.Pickle(value), ("0", TemporaryPyTorchFile.Bytes(1f, 2f)));

    private string Refused()
    {
        var fault = Assert.Throws<CheckpointException>(() => PyTorchFile.Open(_file.Path));
        Assert.Equal(_file.Path, fault.File);
        return fault.Message;
    }

    private int ReadAll()
    {
        using var file = PyTorchFile.Open(_file.Path);
        foreach (var name in file.Entries.Keys)
            file.Read(name).Dispose();
        return file.Entries.Count;
    }

    private void ReadOrRefused()
    {
        try
        {
            ReadAll();
        }
        catch (CheckpointException)
        {
        }
    }
}

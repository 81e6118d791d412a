using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

public sealed class PyTorchFileTests : IDisposable
{
    private readonly TemporaryPyTorchFile _file = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void Open_StateDict_ReadsItsNamesShapesAndValues()
    {
        _file.With(
            PickleWriter.StateDict(
                ("conv.weight", writer => writer.Tensor("FloatStorage", "0", 6, 0, [2, 3], [3, 1])),
                ("conv.bias", writer => writer.Vector("1", 2))),
            ("0", TemporaryPyTorchFile.Bytes(1f, 2f, 3f, 4f, 5f, 6f)),
            ("1", TemporaryPyTorchFile.Bytes(-0.5f, 1e30f)));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal(["conv.bias", "conv.weight"], file.Entries.Keys.Order());
        Assert.Equal(ElementType.F32, file.Entry("conv.weight").Type);
        Assert.Equal([2, 3], file.Entry("conv.weight").Shape);
        Assert.Equal([2, 3], file.Read("conv.weight").shape);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], file.Read("conv.weight").data<float>().ToArray());
        Assert.Equal([-0.5f, 1e30f], file.Read("conv.bias").data<float>().ToArray());
    }

    /// <summary>A training script's checkpoint, written by PyTorch itself.</summary>
    [Fact]
    public void Open_FileOfPyTorch_IsRead()
    {
        using var file = PyTorchFile.Open(Path.Combine(AppContext.BaseDirectory, "Files", "pytorch-1.13.1.pth"));

        Assert.Equal(["expanded", "num_batches_tracked", "parameter", "strided", "transposed"], file.Entries.Keys.Order());
        Assert.Equal([4, 3], file.Entry("transposed").Shape);
        Assert.Equal([0f, 4f, 8f, 1f, 5f, 9f, 2f, 6f, 10f, 3f, 7f, 11f], file.Read("transposed").data<float>().ToArray());
        Assert.Equal([4f, 6f, 8f, 10f], file.Read("strided").data<float>().ToArray());
        Assert.Equal([5f, 5f, 5f, 5f, 5f, 5f], file.Read("expanded").data<float>().ToArray());
        Assert.Equal(ElementType.BF16, file.Entry("parameter").Type);
        Assert.Equal([0.5f, -2f], file.Read("parameter").to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal(7, file.Read("num_batches_tracked").item<long>());
    }

    public static TheoryData<string, ElementType, byte[], double[]> ElementTypes => new()
    {
        { "BoolStorage", ElementType.BOOL, [0, 1], [0, 1] },
        { "ByteStorage", ElementType.U8, [7, 255], [7, 255] },
        { "CharStorage", ElementType.I8, [7, 255], [7, -1] },
        { "ShortStorage", ElementType.I16, TemporaryPyTorchFile.Bytes<short>(300, -2), [300, -2] },
        { "IntStorage", ElementType.I32, TemporaryPyTorchFile.Bytes(70_000, -3), [70_000, -3] },
        { "LongStorage", ElementType.I64, TemporaryPyTorchFile.Bytes(1L << 40, -4L), [1L << 40, -4] },
        { "HalfStorage", ElementType.F16, [0x00, 0x3c, 0x00, 0xc1], [1, -2.5] },
        { "BFloat16Storage", ElementType.BF16, [0x80, 0x3f, 0x20, 0xc0], [1, -2.5] },
        { "FloatStorage", ElementType.F32, TemporaryPyTorchFile.Bytes(1f, -2.5f), [1, -2.5] },
        { "DoubleStorage", ElementType.F64, TemporaryPyTorchFile.Bytes(1e200, -2.5), [1e200, -2.5] },
    };

    [Theory, MemberData(nameof(ElementTypes))]
    public void Read_AnyElementType_HasItsValues(string storage, ElementType type, byte[] bytes, double[] expected)
    {
        _file.With(PickleWriter.StateDict(("a", writer => writer.Tensor(storage, "0", 2, 0, [2], [1]))), ("0", bytes));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal(type, file.Entry("a").Type);
        Assert.Equal(expected, file.Read("a").to(ScalarType.Float64).data<double>().ToArray());
    }

    /// <summary>Views of a storage of the numbers 0 to 11.</summary>
    public static TheoryData<long, long[], long[], float[]> Views => new()
    {
        { 0, [3, 2], [1, 3], [0, 3, 1, 4, 2, 5] },
        { 4, [2, 2], [4, 1], [4, 5, 8, 9] },
        { 2, [2, 1, 2], [1, 99, 5], [2, 7, 3, 8] },
        { 5, [2, 3], [0, 0], [5, 5, 5, 5, 5, 5] },
        { 11, [], [], [11] },
        { 12, [0], [1], [] },
        { 0, [2, 0], [7, 1L << 62], [] },
        { 9, [3], [1], [9, 10, 11] },
        { 1, [2], [10], [1, 11] },
    };

    [Theory, MemberData(nameof(Views))]
    public void Read_View_IsRowMajor(long offset, long[] shape, long[] strides, float[] expected)
    {
        WriteView(offset, shape, strides);

        using var file = PyTorchFile.Open(_file.Path);
        var values = file.Read("a");

        Assert.Equal(shape, values.shape);
        Assert.Equal(TemporaryPyTorchFile.Bytes(expected), values.bytes);
    }

    public static TheoryData<long, long[], long[]> ViewsOutOfRange => new()
    {
        { 0, [0, 1L << 40, 1L << 40], [1, 1, 1] },
        { 0, [13], [1] },
        { 1, [12], [1] },
        { 13, [0], [1] },
        { 12, [], [] },
        { -1, [2], [1] },
        { 0, [-2], [1] },
        { 3, [2], [-1] },
        { 0, [2, 2], [11, 1] },
        { 0, [2], [1, 1] },
        { 0, [2, 2], [1] },
        { long.MaxValue, [2], [1] },
        { long.MaxValue, [], [] },
        { 0, [2], [long.MaxValue] },
        { 1, [3], [long.MaxValue / 2] },
        { 0, [1L << 32, 1L << 32], [0, 0] },
        { 0, [1L << 33, 1L << 33], [1, 1] },
        { 0, [1L << 31], [0] },
        { 0, [long.MaxValue], [0] },
    };

    [Theory, MemberData(nameof(ViewsOutOfRange))]
    public void Open_ViewIsOutOfRange_IsRefusedByTensor(long offset, long[] shape, long[] strides)
    {
        WriteView(offset, shape, strides);

        Assert.Equal("a", Refused().Tensor);
    }

    [Fact]
    public void Open_TwoTensorsOfOneStorage_BothAreRead()
    {
        _file.With(
            PickleWriter.StateDict(
                ("a", writer => writer.Tensor("FloatStorage", "0", 3, 0, [2], [1])),
                ("b", writer => writer.Tensor("FloatStorage", "0", 3, 1, [2], [1]))),
            ("0", TemporaryPyTorchFile.Bytes(1f, 2f, 3f)));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal([2f, 3f], file.Read("b").data<float>().ToArray());
        Assert.Equal([1f, 2f], file.Read("a").data<float>().ToArray());
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(65_536 / 4)]
    [InlineData(65_536 / 4 + 1)]
    public void Read_ViewIsFarIntoItsStorage_IsTheRightPart(int offset)
    {
        float[] numbers = [.. Enumerable.Range(0, offset + 2)];
        _file.With(
            PickleWriter.StateDict(("a", writer => writer.Tensor("FloatStorage", "0", numbers.Length, offset, [2], [1]))),
            ("0", TemporaryPyTorchFile.Bytes(numbers)));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal([offset, offset + 1f], file.Read("a").data<float>().ToArray());
    }

    [Fact]
    public void Open_Parameter_IsItsTensor()
    {
        WriteVector(writer => writer.OrderedDict(
            ("a", inner => inner.Global("torch._utils _rebuild_parameter").Op('(').Vector("0", 2).Op(0x88).OrderedDict().Op('t').Op('R'))));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal([1f, 2f], file.Read("a").data<float>().ToArray());
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model")]
    public void Open_StateDictAmongOtherEntries_IsFound(string place)
    {
        WriteVector(writer => writer.Dictionary(
            ("epoch", inner => inner.Whole(90)),
            ("best", inner => inner.Op('G').Op([0x3f, 0xe0, 0, 0, 0, 0, 0, 0])),
            ("seed", inner => inner.Op(0x8a, 9).Op([255, 255, 255, 255, 255, 255, 255, 255, 0])),
            ("arch", inner => inner.Text("lite0")),
            (place, inner => inner.OrderedDict(("a", tensor => tensor.Vector("0", 2)))),
            ("optimizer", inner => inner.Dictionary(
                ("state", state => state.Op('}').Whole(0).Vector("0", 2).Op('s')),
                ("param_groups", groups => groups.Op(']').Op('}').Op('a').Op('(').Op('N').Op(0x88).Op('e'))))));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal(["a"], file.Entries.Keys);
        Assert.Equal([1f, 2f], file.Read("a").data<float>().ToArray());
    }

    [Fact]
    public void Open_AllNamesHaveTheParallelPrefix_ItIsTakenAway()
    {
        WriteVector(writer => writer.OrderedDict(
            ("module.conv.weight", inner => inner.Vector("0", 2)), ("module.module.bias", inner => inner.Vector("0", 2))));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal(["conv.weight", "module.bias"], file.Entries.Keys.Order());
    }

    [Fact]
    public void Open_SomeNamesHaveTheParallelPrefix_AllAreKept()
    {
        WriteVector(writer => writer.OrderedDict(("module.a", inner => inner.Vector("0", 2)), ("b", inner => inner.Vector("0", 2))));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal(["b", "module.a"], file.Entries.Keys.Order());
    }

    [Fact]
    public void Open_NoTensors_HasNone()
    {
        _file.With(PickleWriter.StateDict());

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Empty(file.Entries);
    }

    [Fact]
    public void Open_LittleEndian_IsRead()
    {
        _file.WithFiles(("x/data.pkl", PickleWriter.StateDict()), ("x/byteorder", "little"u8.ToArray()));

        using var file = PyTorchFile.Open(_file.Path);

        Assert.Empty(file.Entries);
    }

    [Fact]
    public void Open_BigEndian_IsRefused()
    {
        _file.WithFiles(("x/data.pkl", PickleWriter.StateDict()), ("x/byteorder", "big"u8.ToArray()));

        Assert.Contains("byte order is 'big'", Refused().Message, StringComparison.Ordinal);
    }

    /// <summary>A file of before PyTorch 1.6 starts with a pickle of its magic number; the others are nothing at all.</summary>
    public static TheoryData<byte[]> NoArchives => new()
    {
        { [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.', 0x80, 2, (byte)'M', 0xe9, 3, (byte)'.'] },
        { [] },
        { [(byte)'P'] },
        { [.. "<html>"u8] },
    };

    [Theory, MemberData(nameof(NoArchives))]
    public void Open_NoZipArchive_IsRefusedWithTheWayOut(byte[] bytes)
    {
        _file.WithBytes(bytes);

        Assert.Contains("load it with PyTorch and save it again with torch.save", Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_StorageIsAbsent_IsRefusedByTensor()
    {
        _file.With(PickleWriter.StateDict(("a", writer => writer.Vector("7", 2))));

        var fault = Refused();

        Assert.Equal("a", fault.Tensor);
        Assert.Contains("'7'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Open_StorageHasAnotherLength_IsRefusedByTensor(long count)
    {
        WriteVector(writer => writer.OrderedDict(("a", inner => inner.Tensor("FloatStorage", "0", count, 0, [0], [1]))));

        Assert.Equal("a", Refused().Tensor);
    }

    [Fact]
    public void Open_FilesAreCompressed_IsRefused()
    {
        _file.WithCompressedFiles(
            ("x/data.pkl", PickleWriter.StateDict(("a", writer => writer.Vector("0", 1000)))), ("x/data/0", new byte[4000]));

        Assert.Contains("compressed", Refused().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data.pkl")]
    [InlineData("x/y/data.pkl")]
    [InlineData("x/constants.pkl")]
    [InlineData("x/data.pkl", "y/data.pkl")]
    [InlineData("x/data.pkl", "x/data.pkl")]
    public void Open_NotOnePickle_IsRefused(params string[] names)
    {
        _file.WithFiles([.. names.Select(name => (name, PickleWriter.StateDict()))]);

        Refused();
    }

    [Fact]
    public void Open_PickleIsTooLong_IsRefused()
    {
        _file.With(new byte[(64 << 20) + 1]);

        Assert.Contains("67108864 are the most", Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownName_IsRefusedByName()
    {
        _file.With(PickleWriter.StateDict());
        using var file = PyTorchFile.Open(_file.Path);

        Assert.Equal("a", Assert.Throws<CheckpointException>(() => file.Read("a")).Tensor);
    }

    [Fact]
    public void Read_AfterDispose_Throws()
    {
        WriteVector(writer => writer.OrderedDict(("a", inner => inner.Vector("0", 2))));
        var file = PyTorchFile.Open(_file.Path);

        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Read("a"));
    }

    private CheckpointException Refused()
    {
        var fault = Assert.Throws<CheckpointException>(() => PyTorchFile.Open(_file.Path));
        Assert.Equal(_file.Path, fault.File);
        Assert.Contains(_file.Path, fault.Message, StringComparison.Ordinal);
        return fault;
    }

    private void WriteView(long offset, long[] shape, long[] strides) => _file.With(
        PickleWriter.StateDict(("a", writer => writer.Tensor("FloatStorage", "0", 12, offset, shape, strides))),
        ("0", TemporaryPyTorchFile.Bytes([.. Enumerable.Range(0, 12).Select(number => (float)number)])));

    /// <summary>A file with one storage, "0", of 1 and 2.</summary>
    private void WriteVector(Action<PickleWriter> value) =>
        _file.With(PickleWriter.Pickle(value), ("0", TemporaryPyTorchFile.Bytes(1f, 2f)));
}

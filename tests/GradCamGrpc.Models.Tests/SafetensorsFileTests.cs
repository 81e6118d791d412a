using System.Buffers.Binary;
using System.Text;
using GradCamGrpc.Models.Checkpoints;

namespace GradCamGrpc.Models.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Open_TwoArrays_ReadsTheirBytesAndShapes()
    {
        Write("""{"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""",
            [0, 0, 128, 63, 0, 0, 0, 64, 7, 8, 9]);

        using var file = SafetensorsFile.Open(_path);

        Assert.Equal(["a", "b"], file.Entries.Keys.Order());
        Assert.Equal([1, 2], file.Entry("a").Shape);
        Assert.Equal(new byte[] { 0, 0, 128, 63, 0, 0, 0, 64 }, file.ReadBytes("a"));
        Assert.Equal(new byte[] { 7, 8, 9 }, file.ReadBytes("b"));
    }

    [Fact]
    public void Open_NoArrays_HasNone()
    {
        Write("{}", []);

        using var file = SafetensorsFile.Open(_path);

        Assert.Empty(file.Entries);
    }

    [Fact]
    public void Open_HeaderIsPaddedWithSpaces_IsRead()
    {
        Write("{}      ", []);

        using var file = SafetensorsFile.Open(_path);

        Assert.Empty(file.Entries);
    }

    /// <summary>Each breaks one rule of the format; the message names the tensor at fault where it is one.</summary>
    public static TheoryData<string, string?> BadHeaders => new()
    {
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "a" },

        // Empty, but torch could not reckon its strides.
        { """{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[2]}}""", "a" },
        { """{"a":{"shape":[2],"data_offsets":[0,8]}}""", "a" },
        { """{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", "a" },
        { """{"a":{"dtype":"8","shape":[2],"data_offsets":[0,8]}}""", "a" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "a" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "b" },
        { """{"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}""", "b" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", null },
        { """{"a":[]}""", null },
        { """{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", null },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", null },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", null },
        { """[]""", null },
        { "", null },
        { "{\"\u0000", null },
    };

    [Theory, MemberData(nameof(BadHeaders))]
    public void Open_HeaderBreaksARule_IsRefusedByFileAndTensor(string header, string? tensor)
    {
        Write(header, new byte[8]);

        var fault = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_path));

        Assert.Equal(_path, fault.File);
        Assert.Equal(tensor, fault.Tensor);
        Assert.Contains(_path, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(3ul)]
    [InlineData(1000ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 63)]
    [InlineData((1ul << 63) - 1)]
    public void Open_HeaderLengthIsWrong_IsRefused(ulong length)
    {
        var bytes = new byte[8 + 2];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        "{}"u8.CopyTo(bytes.AsSpan(8));
        File.WriteAllBytes(_path, bytes);

        var fault = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_path));

        Assert.Equal(_path, fault.File);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Open_FileIsTooShort_IsRefused(int length)
    {
        File.WriteAllBytes(_path, new byte[length]);

        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_path));
    }

    [Fact]
    public void ReadBytes_UnknownName_IsRefusedByName()
    {
        Write("{}", []);
        using var file = SafetensorsFile.Open(_path);

        var fault = Assert.Throws<CheckpointException>(() => file.ReadBytes("a"));

        Assert.Equal("a", fault.Tensor);
    }

    [Fact]
    public void ReadBytes_AfterDispose_Throws()
    {
        Write("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", [1]);
        var file = SafetensorsFile.Open(_path);

        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.ReadBytes("a"));
    }

    [Fact]
    public void Read_Array_IsATensorOfItsTypeAndShape()
    {
        Write("""{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[1,9]},"b":{"dtype":"I8","shape":[],"data_offsets":[0,1]}}""",
            [255, 0, 0, 128, 63, 0, 0, 0, 64]);
        using var file = SafetensorsFile.Open(_path);

        using var vector = file.Read("a");
        using var scalar = file.Read("b");

        Assert.Equal([1, 2], vector.shape);
        Assert.Equal([1f, 2f], vector.data<float>().ToArray());
        Assert.Equal(-1, scalar.item<sbyte>());
    }

    [Fact]
    public void Read_FileBecameShorter_IsRefused()
    {
        Write("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", [1, 2, 3, 4]);
        using var file = SafetensorsFile.Open(_path);

        File.WriteAllBytes(_path, File.ReadAllBytes(_path)[..^1]);

        Assert.Throws<CheckpointException>(() => file.Read("a"));
    }

    private void Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(_path, [.. length, .. json, .. data]);
    }
}

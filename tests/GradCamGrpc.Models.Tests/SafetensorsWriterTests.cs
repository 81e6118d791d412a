using GradCamGrpc.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");

    public void Dispose()
    {
        File.Delete(_path);
        _scope.Dispose();
    }

    [Fact]
    public void Write_Arrays_AreReadBackAsTheyWere()
    {
        var numbers = randn([2, 3], generator: new Generator(2));
        var count = full([1], 7L);

        SafetensorsWriter.Write(_path, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["b.numbers"] = numbers, ["a.count"] = count });

        using var file = SafetensorsFile.Open(_path);
        Assert.Equal(["a.count", "b.numbers"], file.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(numbers.data<float>().ToArray(), file.Read("b.numbers").data<float>().ToArray());
        Assert.Equal(7L, file.Read("a.count").item<long>());
    }

    /// <summary>A transposed tensor lies in memory column by column; the format is row by row.</summary>
    [Fact]
    public void Write_HalfOfATransposedTensor_IsRowMajorAndIntegersStay()
    {
        var numbers = arange(1, 7, dtype: float32).reshape(2, 3).t();
        var count = full([1], 70_001L);

        SafetensorsWriter.Write(_path, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = numbers, ["n"] = count }, ScalarType.Float16);

        using var file = SafetensorsFile.Open(_path);
        Assert.Equal(ElementType.F16, file.Entry("x").Type);
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], file.Read("x").to(float32).data<float>().ToArray());
        Assert.Equal(70_001L, file.Read("n").item<long>());
    }
}

using System.Buffers.Binary;
using System.Text.Json;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

public sealed class CheckpointLoaderTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _path = Path.GetTempFileName();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_path);
    }

    /// <summary>torchvision's checkpoint of GoogLeNet has two classifiers more, and a counter in every normalisation.</summary>
    [Fact]
    public void Load_GoogLeNetWithAuxiliaryClassifiers_LeavesThemAside()
    {
        using var trained = new GoogLeNet(classes: 10);
        new ComputedWeights("").Fill(trained);
        Write(trained, ("aux1.fc2.bias", zeros(10)), ("aux2.conv.bn.weight", ones(3)), ("conv1.bn.num_batches_tracked", zeros(1)));
        using var network = new GoogLeNet(classes: 10);

        using var file = SafetensorsFile.Open(_path);
        CheckpointLoader.Load(network, file, network.IgnoredPrefixes);

        Assert.All(trained.state_dict(), entry => Assert.True(entry.Value.equal(network.state_dict()[entry.Key]).all().item<bool>()));
    }

    [Theory]
    [InlineData("aux3.weight")]
    [InlineData("head.aux1.weight")]
    public void Load_ArrayOfNeitherNetworkNorIgnoredPrefix_IsRefusedByName(string name)
    {
        using var network = nn.Sequential(("fc", nn.Linear(2, 3)));
        Write(network, ("aux1.weight", zeros(1)), (name, zeros(1)));

        using var file = SafetensorsFile.Open(_path);
        var fault = Assert.Throws<CheckpointException>(() => CheckpointLoader.Load(network, file, ["aux1."]));

        Assert.Equal(name, fault.Tensor);
    }

    private void Write(nn.Module network, params (string Name, Tensor Values)[] more)
    {
        (string Name, Tensor Values)[] arrays = [.. network.state_dict().Select(entry => (entry.Key, entry.Value.detach())), .. more];
        var header = new Dictionary<string, object>();
        var end = 0L;
        foreach (var (name, values) in arrays)
        {
            var start = end;
            end += values.numel() * sizeof(float);
            header.Add(name, new { dtype = "F32", values.shape, data_offsets = new[] { start, end } });
        }
        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);

        using var stream = File.Create(_path);
        stream.Write(length);
        stream.Write(text);
        foreach (var (_, values) in arrays)
            stream.Write(values.contiguous().bytes);
    }
}

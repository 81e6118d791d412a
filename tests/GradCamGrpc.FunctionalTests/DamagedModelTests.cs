using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A model whose weights are no numbers: it loads, but its answers must not look like answers.</summary>
public sealed class DamagedModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Explain_WeightsAreNotFinite_IsAnErrorThatSaysSo()
    {
        await using var server = new RunningServer(options => options with { Models = DamagedModel() });
        await server.InitializeAsync();

        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });

        Assert.Equal(StatusCode.Internal, fault.StatusCode);
        Assert.Contains("not finite", fault.Status.Detail, StringComparison.Ordinal);
    }

    private string DamagedModel()
    {
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "model.json")))!;
        var weights = Path.Combine(_folder, (string)manifest["weights"]!["file"]!);
        File.WriteAllBytes(weights, Damaged(weights));
        manifest["weights"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)));
        File.WriteAllText(Path.Combine(_folder, "model.json"), manifest.ToJsonString());
        return _folder;
    }

    /// <summary>The file with the first weight of the classifier no number.</summary>
    private static byte[] Damaged(string weights)
    {
        var bytes = File.ReadAllBytes(weights);
        using var file = SafetensorsFile.Open(weights);
        Assert.Equal(ElementType.F32, file.Entry("classifier.weight").Type);
        var data = 8 + (int)MemoryMarshal.Read<long>(bytes) + (int)file.Entry("classifier.weight").Offset;
        MemoryMarshal.Write(bytes.AsSpan(data), float.NaN);
        return bytes;
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Models that differ from the embedded one.</summary>
public sealed class OtherModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Explain_WeightsAreNotFinite_IsAnErrorThatSaysSo()
    {
        var manifest = CopyEmbedded();
        var weights = Path.Combine(_folder, (string)manifest["weights"]!["file"]!);
        File.WriteAllBytes(weights, Damaged(weights));
        manifest["weights"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)));
        Write(manifest);
        await using var server = new RunningServer(options => options with { Models = _folder });
        await server.InitializeAsync();

        var fault = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });

        Assert.Equal(StatusCode.Internal, fault.StatusCode);
        Assert.Contains("not finite", fault.Status.Detail, StringComparison.Ordinal);
    }

    /// <summary>The photo is 451 x 300, resized 384 x 256; the middle 224 x 128 of that is the input: rows 75 to 225 of the photo.</summary>
    [Fact]
    public async Task Explain_InputIsNotSquare_CropGridsAndLayersHaveItsProportions()
    {
        var manifest = CopyEmbedded();
        manifest["preprocessing"]!["crop_height"] = 128;
        Write(manifest);
        await using var server = new RunningServer(options => options with { Models = _folder });
        await server.InitializeAsync();

        var answer = await server.ExplainAsync(new ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Outputs =
            {
                new MapOutput { Raw = new RawMapOutput() },
                new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Input } },
                new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } },
            },
        });

        var map = Assert.Single(answer.Maps);
        foreach (var crop in new[] { answer.Prediction.Crop, map.Provenance.Crop })
        {
            Assert.Equal(451.0 / 384 * 224, crop.Width, 1e-6);
            Assert.Equal(150, crop.Height, 1e-6);
            Assert.Equal(75, crop.Y, 1e-6);
        }
        Assert.Equal(new PixelSize { Width = 224, Height = 128 }, map.Provenance.InputSize);
        Assert.Equal(new PixelSize { Width = 7, Height = 4 }, map.Outputs[0].Raw.Size);
        Assert.Equal(new PixelSize { Width = 224, Height = 128 }, map.Outputs[1].Raw.Size);

        // On the input's grid the map reaches the corners, on the photo's it ends at the crop.
        var layer = map.Outputs[0].Raw.Floats();
        Assert.Equal(layer[0], map.Outputs[1].Raw.Floats()[0], 1e-6f);
        Assert.Equal(layer[^1], map.Outputs[1].Raw.Floats()[^1], 1e-6f);
        var onPhoto = map.Outputs[2].Raw.Floats();
        Assert.All(Enumerable.Range(0, 451), x => Assert.Equal(0, onPhoto[74 * 451 + x]));
        Assert.Contains(Enumerable.Range(0, 451), x => onPhoto[75 * 451 + x] > 0);
        Assert.Contains(Enumerable.Range(0, 451), x => onPhoto[224 * 451 + x] > 0);
        Assert.All(Enumerable.Range(0, 451), x => Assert.Equal(0, onPhoto[225 * 451 + x]));
    }

    private JsonNode CopyEmbedded()
    {
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        return JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "model.json")))!;
    }

    private void Write(JsonNode manifest) => File.WriteAllText(Path.Combine(_folder, "model.json"), manifest.ToJsonString());

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

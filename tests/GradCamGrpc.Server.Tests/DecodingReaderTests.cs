using System.Text.Json.Nodes;
using GradCamGrpc.Batching;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradCamGrpc.Server.Tests;

/// <summary>On the embedded model, whose manifest has another length penalty.</summary>
public sealed class DecodingReaderTests : IAsyncLifetime
{
    private const double Penalty = 1.3;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly TestMetrics _metrics = new();
    private readonly ModelInstance _model;

    public DecodingReaderTests()
    {
        foreach (var file in Directory.GetFiles(EmbeddedModel.Path))
            File.CreateSymbolicLink(Path.Combine(_folder, Path.GetFileName(file)), file);
        var path = Path.Combine(_folder, ModelFolder.ManifestFile);
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["captioning"]!["length_penalty"] = Penalty;
        File.Delete(path);
        File.WriteAllText(path, manifest.ToJsonString());
        _model = new ModelInstance(
            ModelFolder.Read(_folder), new BatchSettings(null, null), ServerOptions.Default, new ActivationCache(0), _metrics.Server, NullLogger<ModelInstance>.Instance, TimeProvider.System);
    }

    public async ValueTask InitializeAsync() => await _model.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Read_LengthPenalty_IsTheManifestsUnlessTheClientSaysOtherwise()
    {
        Assert.Equal((3, Penalty), Search(null));
        Assert.Equal((3, Penalty), Search(new CaptionDecoding()));
        Assert.Equal((2, Penalty), Search(new CaptionDecoding { BeamSearch = new BeamSearch { BeamCount = 2 } }));
        Assert.Equal((3, 0), Search(new CaptionDecoding { BeamSearch = new BeamSearch { LengthPenalty = 0 } }));
        Assert.Equal((3, 2.5), Search(new CaptionDecoding { BeamSearch = new BeamSearch { LengthPenalty = 2.5 } }));
        Assert.Equal(Penalty, Assert.IsType<CaptionChoice.Searched>(_model.Captioner!.DefaultChoice(_model.Manifest.Captioning!)).Search.LengthPenalty);
    }

    private (int Beams, double LengthPenalty) Search(CaptionDecoding? message)
    {
        var search = Assert.IsType<CaptionChoice.Searched>(DecodingReader.Read(message, _model, new Violations())).Search;
        return (search.Beams, search.LengthPenalty);
    }
}

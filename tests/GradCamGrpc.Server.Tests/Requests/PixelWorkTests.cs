using Google.Protobuf;
using GradCamGrpc.Batching;
using GradCamGrpc.Explain;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.TestData;
using Microsoft.Extensions.Logging.Abstractions;
using ColorMap = GradCamGrpc.Imaging.Rendering.ColorMap;
using SaliencyMap = GradCamGrpc.Explain.SaliencyMap;

namespace GradCamGrpc.Server.Tests.Requests;

/// <summary>What is left to the threads for pixels, and what is not: all of them are busy.</summary>
public sealed class PixelWorkTests : IAsyncLifetime
{
    private readonly TestMetrics _metrics = new();
    private readonly ReadingThreads _reading = new();
    private readonly DrawingThreads _drawing = new();
    private readonly ModelInstance _model;

    public PixelWorkTests() => _model = new ModelInstance(
        ModelFolder.Read(EmbeddedModel.Path), new BatchSettings(null, null), ServerOptions.Default, new ActivationCache(0), _metrics.Server, NullLogger<ModelInstance>.Instance, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _reading.Dispose();
        _drawing.Dispose();
        _metrics.Dispose();
    }

    [Theory]
    [InlineData(316, "raw", false)]
    [InlineData(317, "raw", true)]
    [InlineData(316, "jpeg", false)]
    [InlineData(317, "jpeg", true)]
    [InlineData(316, "png", true)]
    [InlineData(316, "jpeg of many bytes", true)]
    public async Task ReadAsync_Photo_WaitsForAThreadOnlyWhereItTakesLong(int side, string form, bool waits)
    {
        Task<Photo> reading;
        using (new BusyThreads(_reading))
        {
            reading = ReadAsync(Picture(side, form));

            Assert.Equal(waits, await BusyThreads.IsHeldAsync(reading));
        }
        using var photo = await reading;
        using var input = photo.Input;
        Assert.Equal((side, side), (photo.Width, photo.Height));
    }

    [Fact]
    public async Task ReadAsync_ClientLeavesWhileALargePhotoWaits_ItsPixelsCountNoMore()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reader = new PhotoReader(
            ServerOptions.Default with { Images = ServerOptions.Default.Images with { MaxPixelsInFlight = 400 * 400 } }, _reading, _metrics.Server);
        using (new BusyThreads(_reading))
        {
            var reading = ReadAsync(Picture(400, "raw"), reader, leaving.Token);
            await leaving.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(BusyThreads.Patience, Cancellation));
        }
        using var again = await ReadAsync(Picture(400, "raw"), reader, Cancellation);
        again.Input.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MapAsync_Map_WaitsForAThreadOnlyWhereItIsDrawn(bool isDrawn)
    {
        OutputForm output = isDrawn
            ? new OutputForm.HeatMap(ColorMap.Jet, new ImageWriting(PictureFormat.Png, Quality: 100))
            : new OutputForm.Raw(MapGrid.Native, MapValues.Scaled);
        var question = new CheckedExplainRequest(_model, _model.Preprocessor, 1, [], [], null, [], [output], []);
        var map = new ReadyMap(0, 0, new SaliencyMap(new Explain.Methods.Cam(), Layer: null, Target: null, Score: 1, new MapShape(1, 1, 1), new float[] { 1 }), TimeSpan.Zero);
        var writer = new ResponseWriter(_drawing, _metrics.Server);
        using var photo = await ReadAsync(Picture(8, "raw"));
        using var input = photo.Input;
        Task<Protos.V1.SaliencyMap> writing;
        using (new BusyThreads(_drawing))
        {
            writing = writer.MapAsync(question, photo, map, new MapProvenance(), Cancellation).AsTask();

            Assert.Equal(isDrawn, await BusyThreads.IsHeldAsync(writing));
        }
        Assert.Single((await writing).Outputs);
    }

    private Task<Photo> ReadAsync(Image image) => ReadAsync(image, new PhotoReader(ServerOptions.Default, _reading, _metrics.Server), Cancellation);

    private Task<Photo> ReadAsync(Image image, PhotoReader reader, CancellationToken cancellation) =>
        reader.ReadAsync(image, _model, _model.Preprocessor, cancellation);

    private static Image Picture(int side, string form)
    {
        if (form == "raw")
            return new Image { Raw = new RawImage { Width = side, Height = side, Rgb = ByteString.CopyFrom(new byte[3 * side * side]) } };
        using var pixels = new PixelBuffer(side, side);
        pixels.Bytes.Fill(byte.MaxValue);
        var file = PictureEncoder.Encode(pixels, form == "png" ? PictureFormat.Png : PictureFormat.Jpeg, quality: 90);

        // What follows the end of a picture is not looked at.
        return new Image { Encoded = ByteString.CopyFrom([.. file, .. new byte[form == "jpeg of many bytes" ? 64 << 10 : 0]]) };
    }
}

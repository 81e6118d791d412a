using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Draws photos' overlays in one picture each: a row for each method, a column for each target and layer.</summary>
/// <param name="calls">Who answers, and how photos are read.</param>
/// <param name="question">What is asked of every photo; a row for each of its methods.</param>
/// <param name="folder">Where pictures are written.</param>
internal sealed class GalleryPainter(PhotoCalls calls, ClassificationServiceExplainRequest question, DirectoryInfo folder)
{
    private static readonly MapOutput Overlay = new()
    {
        Overlay = new OverlayOutput { Encoding = new ImageEncoding { Format = ImageFormat.Jpeg } },
    };

    /// <summary>Rows of a photo's picture.</summary>
    public int RowCount => question.Methods.Count;

    /// <summary>Draws one photo's gallery. A method that the model or layer cannot have has no row.</summary>
    /// <param name="path">The photo.</param>
    /// <param name="prefix">What the picture's name begins with.</param>
    /// <param name="done">Called after each row.</param>
    /// <param name="cancellation">Ends the calls.</param>
    /// <returns>The picture, null where there is nothing to draw; and what went wrong, a sentence each.</returns>
    public async Task<(string? File, IReadOnlyList<string> Faults)> PaintAsync(
        string path, string prefix, Action done, CancellationToken cancellation)
    {
        string? file = null;
        var faults = new List<string>();
        var fault = await calls.RunAsync(path, async (server, image) =>
        {
            var rows = await RowsAsync(server, image, faults, done, cancellation);
            if (rows.Count == 0)
                return;
            var sheet = Path.Combine(folder.FullName, $"{prefix}.gallery.jpg");
            await File.WriteAllBytesAsync(sheet, ContactSheet.Draw(rows, PictureFormat.Jpeg), cancellation);
            file = sheet;
        }, cancellation);
        if (fault is not null)
            faults.Add(fault);
        return (file, faults);
    }

    private async Task<List<IReadOnlyList<(byte[] Picture, string Caption)>>> RowsAsync(
        ServerConnection server, Image photo, List<string> faults, Action done, CancellationToken cancellation)
    {
        var rows = new List<IReadOnlyList<(byte[], string)>>();
        foreach (var method in question.Methods)
        {
            try
            {
                rows.Add(await RowAsync(server, photo, method, cancellation));
            }
            catch (RpcException fault) when (!cancellation.IsCancellationRequested)
            {
                faults.Add(CallFaults.Describe(fault, server.Address));
            }
            done();
        }
        return rows;
    }

    private async Task<IReadOnlyList<(byte[] Picture, string Caption)>> RowAsync(
        ServerConnection server, Image photo, ExplanationMethod method, CancellationToken cancellation)
    {
        var request = question.Clone();
        request.Image = photo;
        request.Methods.Clear();
        request.Methods.Add(method);
        request.Outputs.Clear();
        request.Outputs.Add(Overlay);
        request.LabelImages.Clear();
        using var call = server.Classification.Explain(request, cancellationToken: cancellation);
        var row = new List<(byte[], string)>();
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellation))
        {
            if (message.Map is { } map)
                row.Add((map.Outputs[0].Image.Data.ToByteArray(), Captions.Of(map.Provenance)));
        }
        return row;
    }
}

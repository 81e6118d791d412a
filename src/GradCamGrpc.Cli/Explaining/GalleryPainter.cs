using Google.Protobuf;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Draws photos' overlays in one picture each: a row for each method, a column for each target and layer.</summary>
/// <param name="server">Who answers.</param>
/// <param name="question">What is asked of every photo; a row for each of its methods.</param>
/// <param name="folder">Where pictures are written.</param>
internal sealed class GalleryPainter(ServerConnection server, ClassificationServiceExplainRequest question, DirectoryInfo folder)
{
    private static readonly MapOutput Overlay = new()
    {
        Overlay = new OverlayOutput { Encoding = new ImageEncoding { Format = ImageFormat.Jpeg } },
    };

    /// <summary>Draws one photo's gallery. A method that the model or layer cannot have has no row.</summary>
    /// <param name="path">The photo.</param>
    /// <param name="prefix">What the picture's name begins with.</param>
    /// <param name="cancellation">Ends the calls.</param>
    /// <returns>The picture, null where there is nothing to draw; and what went wrong, a sentence each.</returns>
    public async Task<(string? File, IReadOnlyList<string> Faults)> PaintAsync(string path, string prefix, CancellationToken cancellation)
    {
        var photo = UnsafeByteOperations.UnsafeWrap(await File.ReadAllBytesAsync(path, cancellation));
        var rows = new List<IReadOnlyList<(byte[], string)>>();
        var faults = new List<string>();
        foreach (var method in question.Methods)
        {
            try
            {
                rows.Add(await RowAsync(photo, method, cancellation));
            }
            catch (RpcException fault) when (!cancellation.IsCancellationRequested)
            {
                faults.Add(CallFaults.Describe(fault, server.Address));
            }
        }
        if (rows.Count == 0)
            return (null, faults);
        var file = Path.Combine(folder.FullName, $"{prefix}.gallery.jpg");
        await File.WriteAllBytesAsync(file, ContactSheet.Draw(rows, PictureFormat.Jpeg), cancellation);
        return (file, faults);
    }

    private async Task<IReadOnlyList<(byte[] Picture, string Caption)>> RowAsync(
        ByteString photo, ExplanationMethod method, CancellationToken cancellation)
    {
        var request = question.Clone();
        request.Image = new Image { Encoded = photo };
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

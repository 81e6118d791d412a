using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Writes what comes of one photo.</summary>
/// <param name="photo">The photo's file.</param>
/// <param name="prefix">What the names of all files begin with.</param>
/// <param name="question">What was asked.</param>
/// <param name="folder">Where files are written.</param>
internal sealed class PhotoFiles(ReadOnlyMemory<byte> photo, string prefix, ClassificationServiceExplainRequest question, DirectoryInfo folder)
{
    /// <summary>The server has looked at the photo before.</summary>
    public static readonly ImageLimits NoLimits = new() { MaxBytes = int.MaxValue, MaxPixels = int.MaxValue, MaxSide = int.MaxValue };

    public async Task<WrittenMap> WriteAsync(SaliencyMap map, CancellationToken cancellation)
    {
        var provenance = map.Provenance;
        var name = FileNames.Joined(prefix, Subjects.FilePart(provenance.Score), MadeBy(provenance));
        var files = new List<string>();
        MapBoxes? boxes = null;
        MapPeak? peak = null;
        for (var i = 0; i < map.Outputs.Count; i++)
        {
            var output = map.Outputs[i];
            switch (output.FormCase)
            {
                case RenderedMap.FormOneofCase.Raw:
                    var raw = output.Raw;
                    files.Add(await SaveAsync($"{name}.{raw.Size.Height}x{raw.Size.Width}.f32", raw.Data.Memory, cancellation));
                    break;
                case RenderedMap.FormOneofCase.Boxes:
                    boxes = output.Boxes;
                    if (boxes.Boxes.Count > 0)
                        files.Add(await SaveAsync($"{name}.boxes.png", Outlined(boxes), cancellation));
                    break;
                case RenderedMap.FormOneofCase.Peak:
                    peak = output.Peak;
                    break;
                default:
                    var picture = $"{name}.{PictureName(question.Outputs[i])}.{Extension(output.Image.Format)}";
                    files.Add(await SaveAsync(picture, output.Image.Data.Memory, cancellation));
                    break;
            }
        }
        return new WrittenMap(provenance, map.AllZero, map.ScoreIsFlat, files, boxes, peak);
    }

    public async Task<WrittenLabelImage> WriteAsync(LabelImage labelled, CancellationToken cancellation)
    {
        var name = FileNames.Joined(prefix, MadeBy(labelled.Provenance), $"{LabelRules.NameOf(labelled.Rule)}.png");
        var file = await SaveAsync(name, labelled.Image.Data.Memory, cancellation);
        var legend = labelled.Clone();
        legend.Image = null;
        return new WrittenLabelImage(legend, file);
    }

    private async Task<string> SaveAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var file = Path.Combine(folder.FullName, name);
        await File.WriteAllBytesAsync(file, bytes, cancellation);
        return file;
    }

    /// <summary>The layer or layers and, where methods were asked for, the method.</summary>
    private string MadeBy(MapProvenance provenance) => FileNames.Joined(
        FileNames.Safe(LayerNames.Of(provenance)), question.Methods.Count == 0 ? "" : MethodNames.Of(provenance.Method));

    /// <summary>The photo with boxes on it.</summary>
    private byte[] Outlined(MapBoxes boxes)
    {
        using var picture = ImageDecoder.Decode(photo, NoLimits);
        BoxPainter.Outline(picture, boxes.Boxes.Select(box => box.Rectangle).Select(box => new CropRectangle(box.X, box.Y, box.Width, box.Height)));
        return PictureEncoder.Encode(picture, PictureFormat.Png, quality: 100);
    }

    private static string PictureName(MapOutput output) => output.FormCase switch
    {
        MapOutput.FormOneofCase.Overlay => "overlay",
        MapOutput.FormOneofCase.Mask => "mask",
        MapOutput.FormOneofCase.GradedMask => "graded-mask",
        _ => "heat-map",
    };

    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Webp => "webp",
        _ => "png",
    };
}

using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using ColorMap = GradCamGrpc.Imaging.Rendering.ColorMap;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads what a client wants of each map.</summary>
internal static class OutputReader
{
    private const int MaxOutputs = 8;
    private const int DefaultQuality = 90;
    private const double DefaultOpacity = 0.5;

    public static OutputForm[] Read(IReadOnlyList<MapOutput> outputs, Violations faults)
    {
        if (outputs.Count == 0)
            return [new OutputForm.Raw(MapGrid.Native, MapValues.Rectified)];
        if (outputs.Count > MaxOutputs)
        {
            faults.Invalid("outputs", $"{outputs.Count} outputs are more than {MaxOutputs}");
            return [];
        }
        return [.. outputs.Select((output, i) => Read(output, $"outputs[{i}]", faults)).OfType<OutputForm>()];
    }

    private static OutputForm? Read(MapOutput output, string field, Violations faults)
    {
        switch (output.FormCase)
        {
            case MapOutput.FormOneofCase.Raw:
                return Raw(output.Raw, $"{field}.raw", faults);
            case MapOutput.FormOneofCase.HeatMap:
                var heatMap = output.HeatMap;
                return new OutputForm.HeatMap(
                    Colors(heatMap.ColorMap, $"{field}.heat_map.color_map", faults),
                    Writing(heatMap.Encoding, $"{field}.heat_map.encoding", faults));
            case MapOutput.FormOneofCase.Overlay:
                var overlay = output.Overlay;
                return new OutputForm.Overlay(
                    Colors(overlay.ColorMap, $"{field}.overlay.color_map", faults),
                    Opacity(overlay, $"{field}.overlay.opacity", faults),
                    Writing(overlay.Encoding, $"{field}.overlay.encoding", faults));
            case MapOutput.FormOneofCase.Boxes:
                var boxes = output.Boxes;
                return new OutputForm.Boxes(
                    ThresholdReader.Read(boxes.HasThreshold ? boxes.Threshold : null, $"{field}.boxes.threshold", faults),
                    Selection(boxes.Selection, $"{field}.boxes.selection", faults));
            case MapOutput.FormOneofCase.Mask:
                var mask = output.Mask;
                return new OutputForm.Mask(
                    ThresholdReader.Read(mask.HasThreshold ? mask.Threshold : null, $"{field}.mask.threshold", faults),
                    Format(mask.Format, $"{field}.mask.format", faults));
            case MapOutput.FormOneofCase.GradedMask:
                return new OutputForm.GradedMask();
            case MapOutput.FormOneofCase.Peak:
                return new OutputForm.Peak();
            default:
                faults.Invalid(field, "raw, heat_map, overlay, boxes, mask, graded_mask or peak is needed");
                return null;
        }
    }

    private static OutputForm.Raw Raw(RawMapOutput raw, string field, Violations faults)
    {
        var grid = raw.Grid is MapGrid.Unspecified ? MapGrid.Native : raw.Grid;
        var values = raw.Values is MapValues.Unspecified ? MapValues.Rectified : raw.Values;
        if (!Enum.IsDefined(grid))
            faults.Invalid($"{field}.grid", $"{(int)grid} is not a known grid");
        if (!Enum.IsDefined(values))
            faults.Invalid($"{field}.values", $"{(int)values} is not a known choice of values");
        return new OutputForm.Raw(grid, values);
    }

    private static BoxSelection Selection(BoxSelection selection, string field, Violations faults)
    {
        if (!Enum.IsDefined(selection))
            faults.Invalid(field, $"{(int)selection} is not a known choice of boxes");
        return selection is BoxSelection.Unspecified ? BoxSelection.Largest : selection;
    }

    private static MaskFormat Format(MaskFormat format, string field, Violations faults)
    {
        if (!Enum.IsDefined(format))
            faults.Invalid(field, $"{(int)format} is not a known format of masks");
        return format is MaskFormat.Unspecified ? MaskFormat.Png : format;
    }

    private static ColorMap Colors(Protos.V1.ColorMap colors, string field, Violations faults)
    {
        switch (colors)
        {
            case Protos.V1.ColorMap.Unspecified or Protos.V1.ColorMap.Turbo:
                return ColorMap.Turbo;
            case Protos.V1.ColorMap.Viridis:
                return ColorMap.Viridis;
            case Protos.V1.ColorMap.Inferno:
                return ColorMap.Inferno;
            case Protos.V1.ColorMap.Jet:
                return ColorMap.Jet;
            case Protos.V1.ColorMap.Grey:
                return ColorMap.Grey;
            default:
                faults.Invalid(field, $"{(int)colors} is not a known colour map");
                return ColorMap.Turbo;
        }
    }

    private static double Opacity(OverlayOutput overlay, string field, Violations faults)
    {
        if (!overlay.HasOpacity)
            return DefaultOpacity;
        if (overlay.Opacity is not (>= 0 and <= 1))
            faults.Invalid(field, $"{overlay.Opacity} is not from 0 to 1");
        return overlay.Opacity;
    }

    private static ImageWriting Writing(ImageEncoding? encoding, string field, Violations faults)
    {
        if (encoding is null)
            return new ImageWriting(PictureFormat.Png, DefaultQuality);
        var quality = encoding.HasQuality ? encoding.Quality : DefaultQuality;
        if (quality is < 1 or > 100)
            faults.Invalid($"{field}.quality", $"{quality} is not from 1 to 100");
        switch (encoding.Format)
        {
            case ImageFormat.Unspecified or ImageFormat.Png:
                return new ImageWriting(PictureFormat.Png, quality);
            case ImageFormat.Jpeg:
                return new ImageWriting(PictureFormat.Jpeg, quality);
            case ImageFormat.Webp:
                return new ImageWriting(PictureFormat.Webp, quality);
            default:
                faults.Invalid($"{field}.format", $"{(int)encoding.Format} is not a known format");
                return new ImageWriting(PictureFormat.Png, quality);
        }
    }
}

using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Requests;

/// <summary>Where a thing is on a photo, as a client tells it.</summary>
/// <param name="Boxes">The boxes, in pixels of the photo.</param>
internal sealed record PhotoBoxes(IReadOnlyList<BoundingBox> Boxes)
{
    /// <summary>The most boxes that a request may have.</summary>
    public const int Most = 100;

    private const string Field = "boxes";

    /// <summary>Reads boxes whose photo is not there yet.</summary>
    public static PhotoBoxes Read(IReadOnlyList<PixelRectangle> rectangles, Violations faults)
    {
        if (rectangles.Count > Most)
        {
            faults.Invalid(Field, $"{rectangles.Count} boxes are more than {Most}");
            return new PhotoBoxes([]);
        }
        BoundingBox[] boxes = [.. rectangles.Select(box => new BoundingBox(box.X, box.Y, box.X + box.Width, box.Y + box.Height))];
        for (var i = 0; i < boxes.Length; i++)
        {
            var (box, asked) = (boxes[i], rectangles[i]);
            if (!new[] { box.Left, box.Top, box.Right, box.Bottom }.All(double.IsFinite))
                faults.Invalid($"{Field}[{i}]", "its borders are not all finite numbers");
            else if (!(box.Width > 0 && box.Height > 0))
                faults.Invalid($"{Field}[{i}]", $"it is empty: a width and a height above 0 are needed, not {asked.Width} and {asked.Height}");
        }
        return new PhotoBoxes(boxes);
    }

    /// <summary>The boxes without what of them reaches beyond the photo.</summary>
    /// <param name="width">The photo's columns.</param>
    /// <param name="height">The photo's rows.</param>
    /// <exception cref="InvalidRequestException">A box is wholly outside of the photo.</exception>
    public PhotoBoxes CutTo(int width, int height)
    {
        var faults = new Violations();
        var whole = new BoundingBox(0, 0, width, height);
        BoundingBox[] cut = [.. Boxes.Select(box => box.Intersect(whole))];
        for (var i = 0; i < cut.Length; i++)
        {
            if (cut[i] is not { Width: > 0, Height: > 0 })
            {
                var borders = FormattableString.Invariant($"from {Boxes[i].Left}, {Boxes[i].Top} to {Boxes[i].Right}, {Boxes[i].Bottom}");
                faults.Invalid($"{Field}[{i}]", $"{borders} it is wholly outside of the photo, which is {width} x {height} pixels");
            }
        }
        faults.ThrowIfAny();
        return new PhotoBoxes(cut);
    }
}

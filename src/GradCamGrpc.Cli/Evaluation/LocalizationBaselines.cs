using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What is reached without looking at the photos at all: a map that is not better says nothing.</summary>
/// <param name="WidthShare">The best centred box's share of the columns, 0 to 1.</param>
/// <param name="HeightShare">Its share of the rows, 0 to 1.</param>
/// <param name="CentredBox">The share of the photos that it fits.</param>
/// <param name="CentrePixel">The share of the photos whose middle lies in a box.</param>
/// <param name="BoxArea">The share of the pixels that lie in boxes, the mean over the photos: what an even map would have inside.</param>
internal sealed record LocalizationBaselines(double WidthShare, double HeightShare, double CentredBox, double CentrePixel, double BoxArea)
{
    /// <summary>Sides of centred boxes that are tried: each twentieth of the photo's.</summary>
    private const int SideSteps = 20;

    public static LocalizationBaselines Of(IReadOnlyList<PhotoOutcome> photos)
    {
        var sides = Enumerable.Range(1, SideSteps).Select(step => (double)step / SideSteps).ToArray();
        var best = sides
            .SelectMany(width => sides.Select(height => (Width: width, Height: height, Share: CentredBoxShare(photos, width, height))))
            .MaxBy(tried => tried.Share);
        return new LocalizationBaselines(
            best.Width, best.Height, best.Share, Rates.Of(photos, HasBoxInTheMiddle), photos.Average(photo => BoxedShare.Of(photo.Size, photo.Photo.Boxes)));
    }

    private static double CentredBoxShare(IReadOnlyList<PhotoOutcome> photos, double width, double height) => Rates.Of(
        photos, photo => MapOutcome.Fits(BoundingBox.Centred(photo.Size.Width, photo.Size.Height, width, height), photo.Photo.Boxes));

    private static bool HasBoxInTheMiddle(PhotoOutcome photo) =>
        PointingGame.IsHit(new PixelPosition(photo.Size.Height / 2, photo.Size.Width / 2), photo.Photo.Boxes);
}

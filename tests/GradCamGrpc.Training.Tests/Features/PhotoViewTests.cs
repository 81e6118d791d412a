using GradCamGrpc.Training.Features;

namespace GradCamGrpc.Training.Tests.Features;

public sealed class PhotoViewTests
{
    [Fact]
    public void Several_Views_AreTheWholeItsMirrorImageAndCropsWithinTheMargin()
    {
        var views = PhotoView.Several(6, seed: 4);

        Assert.Equal(6, views.Count);
        Assert.Equal(PhotoView.Whole, views[0]);
        Assert.Equal(PhotoView.Whole with { IsMirrored = true }, views[1]);
        Assert.All(views.Skip(2), view => Assert.InRange(view.Left!.Value, 0, PhotoView.Margin));
        Assert.Equal(4, views.Skip(2).Distinct().Count());
        Assert.Equal(2, views.Skip(2).Count(view => view.IsMirrored));
        Assert.Equal(views, PhotoView.Several(6, seed: 4));
    }

    [Fact]
    public void Several_One_IsTheWholePhoto() => Assert.Equal([PhotoView.Whole], PhotoView.Several(1, seed: 9));
}

using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Imaging.Tests;

public sealed class PreprocessingSpecTests
{
    private static PreprocessingSpec Spec => new(256, 224, 224, Interpolation.Bicubic, [0.1, 0.2, 0.3], [1, 2, 3]);

    [Fact]
    public void Equals_SameValues_AreEqualAndAnyOtherIsNot()
    {
        Assert.Equal(Spec, Spec);
        Assert.Equal(Spec.GetHashCode(), Spec.GetHashCode());
        Assert.All(
            [
                Spec with { ResizeShorterSide = null }, Spec with { CropWidth = 223 }, Spec with { CropHeight = 223 },
                Spec with { Interpolation = Interpolation.Bilinear }, Spec with { Mean = [0.1, 0.2, 0.4] }, Spec with { Std = [1, 2, 4] },
            ],
            other => Assert.NotEqual(Spec, other));
    }
}

using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Server.Requests;
using BoxSelection = GradCamGrpc.Protos.V1.BoxSelection;
using MapGrid = GradCamGrpc.Protos.V1.MapGrid;
using MapValues = GradCamGrpc.Protos.V1.MapValues;

namespace GradCamGrpc.Server.Tests.Requests;

public sealed class MapQuestionTests
{
    [Theory]
    [InlineData("raw", false)]
    [InlineData("peak", false)]
    [InlineData("raw_of_the_photos_size", true)]
    [InlineData("heat_map", true)]
    [InlineData("boxes", true)]
    public void TakesTime_OneOutputIsAsLargeAsThePhotoOrSearched_Does(string output, bool takesTime)
    {
        // Neither the model nor the view has a say in it.
        var question = new CheckedExplainRequest(null!, null!, 1, [], [], null, [], [FormOf("raw"), FormOf(output)], []);

        Assert.Equal(takesTime, question.TakesTime);
    }

    private static OutputForm FormOf(string name) => name switch
    {
        "raw" => new OutputForm.Raw(MapGrid.Native, MapValues.Scaled),
        "peak" => new OutputForm.Peak(),
        "raw_of_the_photos_size" => new OutputForm.Raw(MapGrid.Image, MapValues.Scaled),
        "heat_map" => new OutputForm.HeatMap(ColorMap.Jet, new ImageWriting(PictureFormat.Png, Quality: 100)),
        _ => new OutputForm.Boxes(Threshold: 0.5, BoxSelection.All),
    };
}

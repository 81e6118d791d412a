using GradCamGrpc.Training.Captions;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Tests.Captions;

public sealed class CaptionBatchTests
{
    /// <summary>Padding 0, start 1, end 2. The third caption has more words than four, and so no end.</summary>
    [Fact]
    public void Of_Captions_AreWhatIsSaidAndWhatComesNext()
    {
        using var scope = NewDisposeScope();
        int[][] captions = [[7, 8], [9, 10, 11, 12], [4, 5, 6, 7, 8]];

        var (words, next) = CaptionBatch.Of(captions, maxWords: 4);

        Assert.Equal([1, 7, 8, 2, 0, 1, 9, 10, 11, 12, 1, 4, 5, 6, 7], Numbers(words));
        Assert.Equal([7, 8, 2, 0, 0, 9, 10, 11, 12, 2, 4, 5, 6, 7, 0], Numbers(next));
        Assert.Equal([3, 5], words.shape);
    }

    private static int[] Numbers(Tensor tensor) => [.. tensor.data<long>().ToArray().Select(number => (int)number)];
}

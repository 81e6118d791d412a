using GradCamGrpc.Models.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests.Heads;

public sealed class QuestionBatchTests
{
    /// <summary>Padding 0, start 1; of the second question three words are kept.</summary>
    [Fact]
    public void Of_Questions_BeginWithTheStartAndAreFilledUp()
    {
        using var scope = NewDisposeScope();

        var words = QuestionBatch.Of([[7, 8], [9, 10, 11, 12]], maxWords: 3);

        Assert.Equal([2, 4], words.shape);
        Assert.Equal([1L, 7, 8, 0, 1, 9, 10, 11], words.data<long>().ToArray());
    }
}

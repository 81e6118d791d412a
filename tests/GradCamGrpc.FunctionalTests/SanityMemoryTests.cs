using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using TorchSharp;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Counts the tensors of the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class SanityMemoryTests
{
    [Fact]
    public async Task CheckSanity_Ended_LeavesNoTensorBehind()
    {
        await using var server = new RunningServer(options => options);
        await server.InitializeAsync();
        var request = new CheckSanityRequest
        {
            Methods =
            {
                new ExplanationMethod { GradCam = new GradCam() }, new ExplanationMethod { Saliency = new Saliency() },
                new ExplanationMethod { GuidedGradCam = new GuidedGradCam() },
            },
            CheckpointCount = 2,
        };
        await SanityTests.CheckAsync(server, request);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;

        await SanityTests.CheckAsync(server, request);

        // TorchSharp never counts down what a parameter was made of, although the parameter took over its memory.
        var after = torch.Tensor.TotalCount;
        Assert.Equal(before + ParameterCount(), after);
    }

    private static int ParameterCount()
    {
        using var scope = torch.NewDisposeScope();
        using var network = EmbeddedModel.Read().BuildNetwork();
        return network.parameters().Count();
    }
}

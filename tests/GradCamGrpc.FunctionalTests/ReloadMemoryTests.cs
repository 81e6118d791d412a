using System.Diagnostics;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using GradCamGrpc.TestData;
using TorchSharp;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Counts the tensors of the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class ReloadMemoryTests
{
    [Fact]
    public async Task Reload_OldVersionIsUnloaded_LeavesNoTensorBehind()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Explicit);

        // TorchSharp never counts down what a parameter was made of, although the parameter took over its memory.
        var perLoad = ParameterCount(models.Folder);
        await ReloadAsync(models, "2");
        var before = Tensors();

        await ReloadAsync(models, "3");
        await ReloadAsync(models, "4");

        var expected = before + 2 * perLoad;
        var patience = Stopwatch.StartNew();
        while (Tensors() > expected && patience.Elapsed < TimeSpan.FromSeconds(20))
            await models.ClassifyAsync();
        Assert.Equal(expected, Tensors());
    }

    private static long Tensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    private static async Task ReloadAsync(ChangingModels models, string version)
    {
        ModelCopy.Write(models.Folder, ChangingModels.Model, version);
        var request = new LoadModelRequest { Name = ChangingModels.Model };
        Assert.True((await models.Server.Models.LoadModelAsync(request, cancellationToken: TestContext.Current.CancellationToken)).Loaded);
        Assert.Equal(version, (await models.ClassifyAsync()).ModelVersion);
    }

    private static int ParameterCount(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var network = ModelFolder.Read(folder).BuildNetwork();
        return network.parameters().Count();
    }
}

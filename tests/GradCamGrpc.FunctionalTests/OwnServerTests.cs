using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.FunctionalTests;

/// <summary>The server that a command starts for itself.</summary>
public sealed class OwnServerTests
{
    [Fact]
    public void OptionsOfOwn_NothingIsSet_OneNetworkHasAllCoresAndNothingIsMeasured()
    {
        var options = ServerConnection.OptionsOfOwn(models: null);

        Assert.Equal(1, options.Instances);
        Assert.Null(options.Threads);
        Assert.NotNull(options.Queue.UnmeasuredBatch);
    }
}

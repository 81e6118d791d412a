using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.FunctionalTests;

public sealed class ActivationCacheMetricsTests
{
    [Fact]
    public async Task Caption_SamePhotoTwice_CountsAMissAndAHitAndTheBytesOfOnePhoto()
    {
        await using var server = new RunningServer(options => options with { ActivationCacheBytes = 2 * ActivationCacheTests.PhotoBytes });
        await server.InitializeAsync();
        for (var i = 0; i < 2; i++)
            await server.Captioning.CaptionAsync(new CaptionRequest { Image = Photos.CatImage }, cancellationToken: TestContext.Current.CancellationToken);

        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(server.MetricsAddress, TestContext.Current.CancellationToken);

        Assert.Matches("gradcam_activation_cache_requests_total{[^}]*result=\"hit\"[^}]*} [1-9]", metrics);
        Assert.Matches("gradcam_activation_cache_requests_total{[^}]*result=\"miss\"[^}]*} [1-9]", metrics);
        Assert.Matches($"gradcam_activation_cache_size_bytes{{[^}}]*}} {ActivationCacheTests.PhotoBytes}", metrics);
    }
}

using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Draining;
using Microsoft.Extensions.Time.Testing;
using Photo = GradCamGrpc.Protos.V1.ClassificationServiceExplainStreamRequest;

namespace GradCamGrpc.Server.Tests.Draining;

public sealed class StreamPhotosTests
{
    private static readonly Photo Settings = new() { Settings = new ExplainStreamSettings() };
    private static readonly Photo Item = new() { Item = new ExplainItem() };

    /// <summary>Settings that come late end as a photo does.</summary>
    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    public void Read_SettingsThatComeLate_CountUntilTheyHaveEnded(int ends, int left)
    {
        var log = new KeptLog<Drain>();
        using var drain = new Drain(TimeSpan.FromSeconds(1), new FakeTimeProvider(), log);
        using var photos = new StreamPhotos(drain);
        foreach (var message in new[] { Settings, Item, Settings, Item })
            photos.Read(message);
        for (var i = 0; i < ends; i++)
            photos.Sent(new ClassificationServiceExplainStreamResponse { End = new ItemStatus() });

        drain.Begin();

        Assert.EndsWith($"with {left} photos of streams", Assert.Single(log.Lines).Text, StringComparison.Ordinal);
    }
}

using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Tests.Streaming;

namespace GradCamGrpc.Server.Tests;

public sealed class ClientKeyTests
{
    [Theory]
    [InlineData("ipv4:10.0.0.1:5000", "ipv4:10.0.0.1:6000", true)]
    [InlineData("ipv4:10.0.0.1:5000", "ipv4:10.0.0.2:5000", false)]
    [InlineData("ipv4:10.0.0.1:5000", "ipv6:[::ffff:10.0.0.1]:5000", true)]
    [InlineData("ipv6:[2001:db8:0:1::1]:5000", "ipv6:[2001:db8:0:1:ff::2]:6000", true)]
    [InlineData("ipv6:[2001:db8:0:1::1]:5000", "ipv6:[2001:db8:0:2::1]:5000", false)]
    [InlineData("unix:/run/a", "unix:/run/b", false)]
    public void Of_NoKey_IsTheAddressWithoutItsPort(string peer, string other, bool isSame) =>
        Assert.Equal(isSame, Of(peer) == Of(other));

    [Fact]
    public void Of_Key_CountsWhateverTheAddressAndIsNotShown()
    {
        Assert.Equal(Of("ipv4:10.0.0.1:1", "secret"), Of("ipv4:10.0.0.2:1", "secret"));
        Assert.NotEqual(Of("ipv4:10.0.0.1:1", "secret"), Of("ipv4:10.0.0.1:1", "other"));
        Assert.DoesNotContain("secret", Of("ipv4:10.0.0.1:1", "secret"), StringComparison.Ordinal);
    }

    private static string Of(string peer, string? key = null)
    {
        var call = new FakeCall(CancellationToken.None) { From = peer };
        if (key is not null)
            call.RequestHeaders.Add("x-api-key", key);
        return ClientKey.Of(call);
    }
}

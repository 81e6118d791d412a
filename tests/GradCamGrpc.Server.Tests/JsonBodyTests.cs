using GradCamGrpc.Server.Http;
using Microsoft.AspNetCore.Http;

namespace GradCamGrpc.Server.Tests;

public sealed class JsonBodyTests
{
    /// <summary>A thousand clients may each say that a photo of the largest size comes.</summary>
    [Fact]
    public async Task Read_ClaimsMoreThanComes_TakesMemoryForWhatComes()
    {
        var request = Request(new byte[1000]);
        request.ContentLength = 100 << 20;
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var body = await JsonBody.ReadAsync(request, 1 << 20);

        Assert.Equal(1000, body!.Content.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_MoreThanTheFirstRoom_IsAllOfIt(bool saysItsLength)
    {
        var bytes = Enumerable.Range(0, 300_000).Select(i => (byte)(i / 7)).ToArray();
        var request = Request(bytes);
        request.ContentLength = saysItsLength ? bytes.Length : null;

        using var body = await JsonBody.ReadAsync(request, 1 << 20);

        Assert.Equal(bytes, body!.Content.ToArray());
    }

    /// <summary>A client that is still writing when its connection is closed does not get to the answer.</summary>
    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    [InlineData(300_000, false)]
    public async Task Read_MoreThanTheLimit_IsReadToItsEndAndDropped(int length, bool isKept)
    {
        var request = Request(new byte[length]);
        var stream = request.Body;

        using var body = await JsonBody.ReadAsync(request, 1000);

        Assert.Equal(isKept, body is not null);
        Assert.Equal(length, stream.Position);
    }

    private static HttpRequest Request(byte[] body)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(body);
        return context.Request;
    }
}

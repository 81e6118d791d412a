namespace GradCamGrpc.Imaging.Tests;

public sealed class PixelBufferTests
{
    /// <summary>A photo of 12 megapixels takes 48 MB, and a few hundred kilobytes make one: what stays must not grow with the threads that saw one.</summary>
    [Fact]
    public void Dispose_LargePictureOnEachOfManyThreads_LeavesMemoryOfAFew()
    {
        const int Threads = 16;
        const long Kept = 4L * 64 << 20;
        using var disposed = new CountdownEvent(Threads);
        using var end = new ManualResetEventSlim();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            new PixelBuffer(4000, 3000).Dispose();
            disposed.Signal();
            end.Wait();
        }))];
        foreach (var thread in threads)
            thread.Start();
        disposed.Wait(TestContext.Current.CancellationToken);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        end.Set();
        foreach (var thread in threads)
            thread.Join();

        Assert.InRange(after - before, long.MinValue, Kept);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(2048, 2049)]
    [InlineData(5000, 4000)]
    public void Bytes_AnySize_AreFourAPixel(int width, int height)
    {
        using var image = new PixelBuffer(width, height);

        Assert.Equal(4 * width * height, image.Bytes.Length);
        Assert.Equal(4 * width, image.Row(height - 1).Length);
    }
}

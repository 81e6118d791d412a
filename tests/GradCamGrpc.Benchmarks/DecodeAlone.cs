using System.Diagnostics;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Benchmarks;

/// <summary>A file made an input of the embedded model, with nothing around it.</summary>
internal static class DecodeAlone
{
    private const int WarmUps = 20;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.5);

    /// <summary>The time of a photo where every core decodes, each photos of its own: one core's divided by their number.</summary>
    public static double MillisecondsPerPhoto(byte[] file)
    {
        var preprocessor = BenchPhoto.Preprocessor(EmbeddedModel.Read().Manifest.Preprocessing);
        for (var i = 0; i < WarmUps; i++)
            Decode(file, preprocessor);

        var start = Stopwatch.GetTimestamp();
        var counts = new int[Environment.ProcessorCount];
        Thread[] threads = [.. Enumerable.Range(0, counts.Length).Select(core => new Thread(() =>
        {
            for (; Stopwatch.GetElapsedTime(start) < Time; counts[core]++)
                Decode(file, preprocessor);
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / counts.Sum();
    }

    private static void Decode(byte[] file, Preprocessor preprocessor)
    {
        using var pixels = ImageDecoder.Decode(file, new ImageLimits());
        preprocessor.Prepare(pixels).Dispose();
    }
}

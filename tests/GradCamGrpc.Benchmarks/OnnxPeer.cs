using Microsoft.ML.OnnxRuntime;

namespace GradCamGrpc.Benchmarks;

/// <summary>ONNX Runtime's bare prediction.</summary>
internal static class OnnxPeer
{
    /// <summary>The median time of a call, in milliseconds. The session and its threads are gone afterwards.</summary>
    /// <param name="file">The network.</param>
    /// <param name="batch">Photos of a call, B.</param>
    /// <param name="pixels">[B, 3, 224, 224].</param>
    /// <param name="calls">How many calls are timed.</param>
    /// <param name="spins">Whether threads that wait for work spin.</param>
    /// <param name="keep">Takes the logits, [B, classes].</param>
    public static double Time(string file, int batch, float[] pixels, int calls, bool spins, Action<float[]> keep)
    {
        using var options = new SessionOptions { IntraOpNumThreads = Environment.ProcessorCount, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", spins ? "1" : "0");
        using var session = new InferenceSession(file, options);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [batch, 3, 224, 224]);
        using var run = new RunOptions();
        return Rounds.MedianOf(calls, () =>
        {
            using var outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
            keep(outputs[0].GetTensorDataAsSpan<float>().ToArray());
        });
    }
}

namespace GradCamGrpc.Benchmarks;

/// <summary>Runs tensor operations on all cores, where they leave nothing behind.</summary>
/// <remarks>
/// OpenMP keeps a team of threads for every thread that ever ran a tensor operation, and lets them wait less eagerly when they are more
/// than the cores.
/// </remarks>
internal static class ThreadOfItsOwn
{
    public static void Run(Action work)
    {
        var thread = new Thread(() =>
        {
            // A server in this process has set how many threads each of its networks uses.
            TorchSharp.torch.set_num_threads(Environment.ProcessorCount);
            work();
        });
        thread.Start();
        thread.Join();
    }
}

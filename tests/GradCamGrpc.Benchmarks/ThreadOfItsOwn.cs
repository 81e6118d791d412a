namespace GradCamGrpc.Benchmarks;

/// <summary>Runs tensor operations where they leave nothing behind.</summary>
/// <remarks>
/// OpenMP keeps a team of threads for every thread that ever ran a tensor operation, and lets them wait less eagerly when they are more
/// than the cores.
/// </remarks>
internal static class ThreadOfItsOwn
{
    public static void Run(Action work)
    {
        var thread = new Thread(() => work());
        thread.Start();
        thread.Join();
    }
}

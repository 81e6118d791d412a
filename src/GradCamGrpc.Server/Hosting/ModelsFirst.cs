using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace GradCamGrpc.Server.Hosting;

/// <summary>Lets the threads of models go before those that read, decode and write around them, where both want the same core.</summary>
/// <remarks>
/// The threads of a network wait for each other after every layer: where one of them loses its core to a photo that is decoded, all of them
/// stand still. Linux lets a thread lower itself, but not rise again, and a thread begins as low as the one that starts it: so models' threads
/// are started by one that is never lowered. Elsewhere nothing is lowered.
/// </remarks>
internal static partial class ModelsFirst
{
    /// <summary>Steps of niceness that others stand below models: of a core that both want they get a tenth.</summary>
    private const int Steps = 10;

    /// <summary>The lowest niceness.</summary>
    private const int Lowest = 19;

    /// <summary>Stands for a thread where a number of a process is meant; of number 0 it is the calling one.</summary>
    private const int OfThread = 0;

    private static readonly BlockingCollection<Task> Starts = [];
    private static readonly int Lowered = Math.Min(NicenessOfThisThread() + Steps, Lowest);

    [ThreadStatic]
    private static bool _isLowered;

    // Whoever comes here first has not been lowered, for only this class lowers anybody.
    static ModelsFirst() => new Thread(StartAll) { Name = "starts models", IsBackground = true }.Start();

    /// <summary>From now on the calling thread stands below models'.</summary>
    public static void GiveWay()
    {
        if (_isLowered)
            return;
        _isLowered = true;

        // A system that refuses leaves all threads alike, which costs speed alone.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(OfThread, 0, Lowered);
    }

    /// <summary>Starts a model's threads, whoever calls.</summary>
    /// <param name="start">Starts them; it runs on a thread that gives way to nobody.</param>
    public static Task StartAsync(Func<Task> start)
    {
        var starting = new Task<Task>(start);
        Starts.Add(starting);
        return starting.Unwrap();
    }

    private static void StartAll()
    {
        foreach (var starting in Starts.GetConsumingEnumerable())
            starting.RunSynchronously();
    }

    /// <summary>The 19th field of what the system tells of a thread; the second is its name in brackets, and may have spaces.</summary>
    internal static int NicenessOfThisThread()
    {
        const string StatFile = "/proc/thread-self/stat";
        if (!File.Exists(StatFile))
            return 0;
        var stat = File.ReadAllText(StatFile);
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int niceness);
}

using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Streaming;

/// <summary>Where one call asks for much, what finds no room waits until it does.</summary>
internal static class Room
{
    /// <summary>When to try again; null where it was something else that failed.</summary>
    public static TimeSpan? RetryAfter(Exception fault) => fault switch
    {
        QueueFullException full => full.RetryAfter,
        PixelBudgetException full => full.RetryAfter,
        _ => null,
    };

    /// <summary>Tries until there is room.</summary>
    /// <param name="work">What is tried; it has no effect where there is no room.</param>
    /// <param name="time">Measures how long to wait.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<T> WaitForAsync<T>(Func<Task<T>> work, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan delay;
            try
            {
                return await work();
            }
            catch (Exception full) when (RetryAfter(full) is not null)
            {
                delay = RetryAfter(full)!.Value;
            }
            await Task.Delay(delay, time, cancellation);
        }
    }
}

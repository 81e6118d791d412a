namespace GradCamGrpc.Server.Comparison;

/// <summary>Tasks whose results are of no use one without the other.</summary>
internal static class JoinedTasks
{
    /// <summary>Waits until all have ended. Where one fails, nobody waits for what the others would give: they are stopped, and its fault is thrown.</summary>
    /// <param name="tasks">The tasks, which run.</param>
    /// <param name="stop">Cancelled when a task fails, which makes the others end.</param>
    public static async Task WhenAllAsync(IReadOnlyList<Task> tasks, CancellationTokenSource stop)
    {
        Task? failed = null;
        await foreach (var ended in Task.WhenEach(tasks))
        {
            if (failed is not null || ended.IsCompletedSuccessfully)
                continue;
            failed = ended;
            await stop.CancelAsync();
        }

        // What the others end in comes of the stop.
        if (failed is not null)
            await failed;
    }
}

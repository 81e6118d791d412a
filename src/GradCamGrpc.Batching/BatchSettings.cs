namespace GradCamGrpc.Batching;

/// <summary>What is set of a policy; the rest is chosen by measurements.</summary>
public sealed record BatchSettings
{
    /// <summary>The largest batch where neither a setting nor a measurement says another.</summary>
    public const int DefaultMaxBatchSize = 16;

    /// <summary>A smaller batch is as good as the best one if an item takes at most this much longer in it.</summary>
    private const double Tolerance = 1.1;

    /// <summary>Waiting for company pays where a full batch takes less than this many times what one item takes alone.</summary>
    private const double CheapGrowth = 2;

    /// <summary>The part of one item's time that an idle worker then waits.</summary>
    private const double DelayShare = 0.1;

    /// <param name="maxBatchSize">Items that are run together at most, 1 or more; null to choose.</param>
    /// <param name="maxDelay">How long the oldest item waits for company, 0 or more; null to choose.</param>
    public BatchSettings(int? maxBatchSize, TimeSpan? maxDelay)
    {
        if (maxBatchSize is { } size)
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(maxBatchSize));
        if (maxDelay is { } delay)
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero, nameof(maxDelay));
        MaxBatchSize = maxBatchSize;
        MaxDelay = maxDelay;
    }

    /// <summary>Items that are run together at most; null to choose.</summary>
    public int? MaxBatchSize { get; }

    /// <summary>How long the oldest item waits for company; null to choose.</summary>
    public TimeSpan? MaxDelay { get; }

    /// <summary>Whether nothing is left to choose.</summary>
    public bool IsComplete => MaxBatchSize is not null && MaxDelay is not null;

    /// <summary>
    /// The policy. The batch is the smallest in which an item takes at most a tenth longer than in the best one, for what waits behind a batch waits
    /// for all of it; an idle worker waits a tenth of what one item takes where company is nearly free, and else not at all, since batches collect
    /// while one runs.
    /// </summary>
    /// <param name="timings">What batches took, of several sizes; none where nothing was measured.</param>
    public BatchPolicy Choose(IReadOnlyList<BatchTiming> timings)
    {
        var bySize = timings.OrderBy(timing => timing.Size).ToArray();
        var size = MaxBatchSize ?? SizeOf(bySize);
        return new BatchPolicy(size, MaxDelay ?? DelayOf(bySize, size));
    }

    /// <summary>These settings, with what was found for others in the place of what would be measured, as far as the same would be found.</summary>
    /// <param name="before">The others.</param>
    /// <param name="found">The policy that came of them, of the same work.</param>
    public BatchSettings Keeping(BatchSettings before, BatchPolicy found)
    {
        var size = MaxBatchSize ?? (before.MaxBatchSize is null ? found.MaxBatchSize : null);

        // How long waiting pays is measured for a size.
        return new BatchSettings(size, MaxDelay ?? (before.MaxDelay is null && size == found.MaxBatchSize ? found.MaxDelay : null));
    }

    private static int SizeOf(BatchTiming[] bySize)
    {
        if (bySize.Length == 0)
            return DefaultMaxBatchSize;
        var best = bySize.Min(timing => timing.PerItem);
        return bySize.First(timing => timing.PerItem <= best * Tolerance).Size;
    }

    private static TimeSpan DelayOf(BatchTiming[] bySize, int size)
    {
        var upTo = bySize.Where(timing => timing.Size <= size).ToArray();
        if (upTo.Length < 2 || upTo[0].Size != 1)
            return TimeSpan.Zero;
        var alone = upTo[0].Time;
        return upTo[^1].Time < alone * CheapGrowth ? alone * DelayShare : TimeSpan.Zero;
    }
}

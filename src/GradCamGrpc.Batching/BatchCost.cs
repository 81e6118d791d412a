using System.Numerics;

namespace GradCamGrpc.Batching;

/// <summary>
/// How long batches take, learnt from those that ran: for sizes from one power of two to the next a moving average and a mean deviation,
/// as TCP learns round-trip times (Jacobson 1988).
/// </summary>
internal sealed class BatchCost
{
    private const double MeanGain = 1.0 / 8;
    private const double DeviationGain = 1.0 / 4;

    /// <summary>Mean deviations that a cautious estimate adds.</summary>
    private const double Caution = 2;

    /// <summary>A batch that takes far longer than ever is an odd one out, such as one with a method of a thousand passes: it counts as this many times the average.</summary>
    private const double MostGrowth = 4;

    /// <summary>What an item takes until something is known.</summary>
    private static readonly TimeSpan Unknown = TimeSpan.FromMilliseconds(1);

    // Of an item, in ticks, by the logarithm of the batch's size; a mean of 0 is unknown.
    private readonly (double Mean, double Deviation)[] _items = new (double, double)[32];

    /// <summary>A batch has run.</summary>
    public void Learn(int size, TimeSpan time)
    {
        ref var item = ref _items[IndexOf(size)];
        var ticks = (double)time.Ticks / size;
        if (item.Mean == 0)
        {
            item = (ticks, ticks / 2);
            return;
        }
        ticks = Math.Min(ticks, MostGrowth * item.Mean);
        item.Deviation += DeviationGain * (Math.Abs(ticks - item.Mean) - item.Deviation);
        item.Mean += MeanGain * (ticks - item.Mean);
    }

    /// <summary>What a batch of a size takes on average.</summary>
    public TimeSpan Expected(int size) => Estimate(size, caution: 0);

    /// <summary>What few batches of a size exceed.</summary>
    public TimeSpan Cautious(int size) => Estimate(size, Caution);

    private TimeSpan Estimate(int size, double caution)
    {
        var own = IndexOf(size);

        // In a smaller batch an item takes longer, so that its time is a bound; a larger batch as a whole is one, too.
        for (var index = own; index >= 0; index--)
        {
            if (_items[index].Mean > 0)
                return Of(_items[index], size, caution);
        }
        for (var index = own + 1; index < _items.Length; index++)
        {
            if (_items[index].Mean > 0)
                return Of(_items[index], (1 << (index - 1)) + 1, caution);
        }
        return Unknown * size;
    }

    private static TimeSpan Of((double Mean, double Deviation) item, int size, double caution) =>
        TimeSpan.FromTicks((long)(size * (item.Mean + caution * item.Deviation)));

    /// <summary>0 for 1, 1 for 2, 2 for 3 and 4, 3 for 5 to 8, and so on.</summary>
    private static int IndexOf(int size) => BitOperations.Log2((uint)size * 2 - 1);
}

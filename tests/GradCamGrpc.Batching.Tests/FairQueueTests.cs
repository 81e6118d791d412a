using CsCheck;

namespace GradCamGrpc.Batching.Tests;

public sealed class FairQueueTests
{
    private static Line Line(string client, int weight = 1, Priority priority = Priority.Normal) => new(new ClientShare(client, weight), priority);

    [Fact]
    public void Take_OneLine_IsInOrder()
    {
        var queue = new FairQueue<int>();
        for (var i = 0; i < 5; i++)
            queue.Add(Line("a"), i);

        Assert.Equal([0, 1, 2, 3, 4], TakeAll(queue));
    }

    [Fact]
    public void Take_SecondClientComesLate_TakesTurnsAtOnce()
    {
        var queue = new FairQueue<int>();
        for (var i = 0; i < 6; i++)
            queue.Add(Line("a"), i);
        queue.Take();
        queue.Add(Line("b"), 100);
        queue.Add(Line("b"), 101);

        Assert.Equal([1, 100, 2, 101, 3, 4, 5], TakeAll(queue));
    }

    [Fact]
    public void Take_WeightOfThree_GetsThreeTurns()
    {
        var queue = new FairQueue<int>();
        for (var i = 0; i < 12; i++)
        {
            queue.Add(Line("a"), 0);
            queue.Add(Line("b", weight: 3), 1);
        }

        Assert.Equal(9, TakeAll(queue).Take(12).Sum());
    }

    [Fact]
    public void Take_HighAndLow_AreFirstAndLastButNeverStarve()
    {
        var queue = new FairQueue<Priority>();
        for (var i = 0; i < 100; i++)
        {
            foreach (var priority in Enum.GetValues<Priority>())
                queue.Add(Line("a", 1, priority), priority);
        }

        var first = TakeAll(queue).Take(21).ToArray();

        Assert.Equal(Priority.High, first[0]);
        Assert.Equal([1, 4, 16], Enum.GetValues<Priority>().Select(priority => first.Count(taken => taken == priority)));
    }

    /// <summary>
    /// One client floods, another asks now and then: before the k-th of its waiting items come at most k turns' worth of the other's, and one
    /// more that had begun.
    /// </summary>
    [Fact]
    public void Take_OneClientFloods_TheOthersWaitIsBoundedByTheirShares() => Gen.Select(
        Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[0, 9].Array[50, 400]).Sample((floodWeight, weight, steps) =>
    {
        var queue = new FairQueue<(bool IsFlood, int Ahead, int FloodTaken)>();
        var (flooded, waiting) = (0, 0);
        foreach (var step in steps)
        {
            if (step <= 5)
            {
                queue.Add(Line("flood", floodWeight), (true, 0, 0));
                queue.Add(Line("flood", floodWeight), (true, 0, 0));
            }
            else if (step == 6)
            {
                queue.Add(Line("calm", weight), (false, ++waiting, flooded));
            }
            else if (queue.Count > 0)
            {
                var taken = queue.Take().Item;
                if (taken.IsFlood)
                {
                    flooded++;
                }
                else
                {
                    waiting--;
                    Assert.InRange(flooded - taken.FloodTaken, 0, Math.Ceiling((double)taken.Ahead * floodWeight / weight) + 1);
                }
            }
        }
    });

    [Fact]
    public void Remove_Any_IsNotTakenAndTheOthersKeepTheirOrder()
    {
        var queue = new FairQueue<int>();
        for (var i = 0; i < 4; i++)
            queue.Add(Line(i % 2 == 0 ? "a" : "b"), i);

        queue.Remove(queue.Entries.First(entry => entry.Item == 1));

        Assert.Equal([0, 2, 3], TakeAll(queue).Order());
        Assert.Throws<InvalidOperationException>(() => queue.Take());
    }

    private static List<T> TakeAll<T>(FairQueue<T> queue)
    {
        var taken = new List<T>();
        while (queue.Count > 0)
            taken.Add(queue.Take().Item);
        return taken;
    }
}

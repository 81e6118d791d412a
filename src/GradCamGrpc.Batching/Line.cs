namespace GradCamGrpc.Batching;

/// <summary>Those who wait in the order in which they came: one client's requests of one priority.</summary>
internal readonly record struct Line(ClientShare Client, Priority Priority)
{
    /// <summary>What each level of priority weighs, the lowest 1.</summary>
    private const int LevelFactor = 4;

    /// <summary>The line's share of the places in batches, against those of the other lines.</summary>
    public double Weight => Client.Weight * Math.Pow(LevelFactor, (int)Priority);
}

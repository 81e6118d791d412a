namespace GradCamGrpc.Batching;

/// <summary>Who asks, and how much of a busy model is theirs.</summary>
/// <param name="Key">Who, the same for all requests of a client.</param>
/// <param name="Weight">The share, 1 or more: a client of weight 3 gets three times what one of weight 1 gets, where both have enough to do.</param>
public readonly record struct ClientShare(string Key, int Weight = 1);

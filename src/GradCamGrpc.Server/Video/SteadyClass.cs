namespace GradCamGrpc.Server.Video;

/// <summary>
/// The most probable class of a video, steadied: another takes its place once that same class has led it by the margin in each of so many
/// frames, one after the other.
/// </summary>
/// <param name="margin">The lead in probability, 0 to 1.</param>
/// <param name="frames">How many frames, 1 or more.</param>
internal sealed class SteadyClass(double margin, int frames)
{
    private int? _current;
    private int _challenger;
    private int _wins;

    /// <summary>The class to explain in the next frame.</summary>
    /// <param name="probabilities">What the network says of that frame, by class index; one at least.</param>
    public int Next(ReadOnlySpan<double> probabilities)
    {
        var leader = 0;
        for (var i = 1; i < probabilities.Length; i++)
        {
            if (probabilities[i] > probabilities[leader])
                leader = i;
        }
        if (_current is not { } current)
            return Follow(leader);
        if (leader == current || probabilities[leader] - probabilities[current] < margin)
        {
            _wins = 0;
            return current;
        }
        _wins = leader == _challenger ? _wins + 1 : 1;
        _challenger = leader;
        return _wins >= frames ? Follow(leader) : current;
    }

    private int Follow(int index)
    {
        _current = index;
        _wins = 0;
        return index;
    }
}

namespace GradCamGrpc.Benchmarks;

/// <summary>What clients saw of a server that was asked to stop under their load. Any thread counts.</summary>
internal sealed class DrainTally
{
    private int _answeredCalls;
    private int _answeredPhotos;
    private int _cutCalls;
    private int _cutPhotos;
    private int _refused;
    private int _unreached;

    /// <summary>Calls that ended well, and streams that ended as the server said that it stops.</summary>
    public int AnsweredCalls => _answeredCalls;

    /// <summary>Photos of streams with their whole answer.</summary>
    public int AnsweredPhotos => _answeredPhotos;

    /// <summary>Calls that broke off, or ended in any other way.</summary>
    public int CutCalls => _cutCalls;

    /// <summary>Photos of streams that the server had read, and did not answer.</summary>
    public int CutPhotos => _cutPhotos;

    /// <summary>Calls that were refused because the server stops.</summary>
    public int Refused => _refused;

    /// <summary>Calls that found no server.</summary>
    public int Unreached => _unreached;

    public void Answered() => Interlocked.Increment(ref _answeredCalls);

    public void Cut() => Interlocked.Increment(ref _cutCalls);

    public void WasRefused() => Interlocked.Increment(ref _refused);

    public void FoundNobody() => Interlocked.Increment(ref _unreached);

    public void Photos(int accepted, int answered)
    {
        Interlocked.Add(ref _answeredPhotos, answered);
        Interlocked.Add(ref _cutPhotos, accepted - answered);
    }
}

using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Draining;

/// <summary>Counts the photos and frames of one stream that are read and not answered. Those that are left at its end are forgotten.</summary>
/// <remarks>One thread reads, another may send.</remarks>
internal sealed class StreamPhotos(Drain drain) : IDisposable
{
    private int _open;
    private bool _hasRead;

    /// <summary>A message was read. It has an answer that counts, unless it is a video's settings, or those that a stream of photos begins with.</summary>
    public void Read<T>(T message)
    {
        var isFirst = !_hasRead;
        _hasRead = true;
        var counts = message switch
        {
            ClassificationServiceExplainStreamRequest photo => photo.Settings is null || !isFirst,
            VideoServiceExplainRequest frame => frame.Settings is null,
            _ => false,
        };
        if (counts)
            Add(1);
    }

    /// <summary>A message was sent.</summary>
    public void Sent<T>(T message)
    {
        if (message is ClassificationServiceExplainStreamResponse { End: not null } or VideoServiceExplainResponse { Frame: not null })
            Add(-1);
    }

    public void Dispose() => Add(-_open);

    private void Add(int count)
    {
        Interlocked.Add(ref _open, count);
        drain.AddPhotos(count);
    }
}

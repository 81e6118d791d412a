namespace GradCamGrpc.Server.Telemetry;

/// <summary>Bytes of a call's messages, as protobuf writes them; a stream's add up. One thread reads, another may send.</summary>
internal sealed class CallBytes
{
    private long _read;
    private long _sent;

    /// <summary>Of the client's messages.</summary>
    public long Read => Interlocked.Read(ref _read);

    /// <summary>Of the server's.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public void AddRead(int bytes) => Interlocked.Add(ref _read, bytes);

    public void AddSent(int bytes) => Interlocked.Add(ref _sent, bytes);
}

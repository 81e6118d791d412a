using System.Buffers;
using System.Globalization;
using System.Text;
using Grpc.Core;

namespace GradCamGrpc.Benchmarks;

/// <summary>A call that is under way.</summary>
internal sealed class SpareCall
{
    /// <summary>With its length in front of it: there is a field grpc-status-details-bin, too.</summary>
    private static readonly byte[] StatusField = [11, .. Encoding.ASCII.GetBytes("grpc-status")];

    private readonly TaskCompletionSource<SpareAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StatusCode? _status;

    public Task<SpareAnswer> Answer => _answer.Task;

    /// <summary>What has come of its body.</summary>
    public ArrayBufferWriter<byte> Body { get; } = new(512);

    /// <summary>Reads the status out of a block of headers, where it is in it: without a table names and values are written out, each behind its length.</summary>
    public void Read(ReadOnlySpan<byte> block)
    {
        var at = block.IndexOf(StatusField);
        if (at < 0)
            return;
        var value = block[(at + StatusField.Length)..];
        _status = (StatusCode)int.Parse(value.Slice(1, value[0]), CultureInfo.InvariantCulture);
    }

    /// <summary>Ends it, with its status.</summary>
    public void End() => _answer.TrySetResult(new SpareAnswer(_status ?? StatusCode.Unknown, Body.WrittenMemory));

    /// <summary>Ends it without one.</summary>
    public void Break() => _answer.TrySetResult(new SpareAnswer(StatusCode.Unavailable, default));
}

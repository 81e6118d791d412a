using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace GradCamGrpc.Benchmarks;

/// <summary>The frames of HTTP/2 (RFC 9113, section 6) that a gRPC call is made of.</summary>
internal static class RequestFrames
{
    /// <summary>The least that every server takes.</summary>
    private const int LargestPayload = 1 << 14;

    private const int StreamIdAt = 5;

    /// <summary>No table of headers, so that each of the server's is written out; and as much of an answer as comes.</summary>
    public static readonly byte[] Settings =
    [
        0, (byte)FrameSetting.HeaderTableSize, 0, 0, 0, 0,
        0, (byte)FrameSetting.EnablePush, 0, 0, 0, 0,
        0, (byte)FrameSetting.InitialWindowSize, 0x7F, 0xFF, 0xFF, 0xFF,
    ];

    /// <summary>Writes a request.</summary>
    /// <returns>Its frames, and where in them the stream's number goes.</returns>
    public static (byte[] Frames, int[] StreamIdsAt) Write(string authority, string path, ReadOnlySpan<byte> body)
    {
        var frames = new ArrayBufferWriter<byte>();
        var streamIdsAt = new List<int>();
        Add(FrameType.Headers, FrameFlags.EndsHeaders, Headers(authority, path));
        while (body.Length > LargestPayload)
        {
            Add(FrameType.Data, 0, body[..LargestPayload]);
            body = body[LargestPayload..];
        }
        Add(FrameType.Data, FrameFlags.EndsStream, body);
        return (frames.WrittenSpan.ToArray(), [.. streamIdsAt]);

        void Add(FrameType type, byte flags, ReadOnlySpan<byte> payload)
        {
            streamIdsAt.Add(frames.WrittenCount + StreamIdAt);
            Write(frames, type, flags, 0, payload);
        }
    }

    /// <summary>Writes a frame.</summary>
    public static void Write(IBufferWriter<byte> output, FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var header = output.GetSpan(9);
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
        header[3] = (byte)type;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[StreamIdAt..], stream);
        output.Advance(9);
        output.Write(payload);
    }

    /// <summary>The header block (RFC 7541): names by their place in the static table where they are there, and values as they are.</summary>
    private static byte[] Headers(string authority, string path)
    {
        const byte post = 0x83, http = 0x86, authorityName = 0x01, pathName = 0x04, newName = 0x00;
        const ushort contentTypeName = 0x0F10;
        return
        [
            post, http, pathName, .. Text(path), authorityName, .. Text(authority),
            contentTypeName >> 8, contentTypeName & 0xFF, .. Text("application/grpc"), newName, .. Text("te"), .. Text("trailers"),
        ];
    }

    private static byte[] Text(string text)
    {
        const int longest = 126;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, longest, nameof(text));
        return [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
    }
}

using System.Buffers.Binary;

namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Damages JPEG files segment by segment.</summary>
internal static class JpegMutator
{
    private const byte StartOfScan = 0xda;
    private const int MostScans = 300;

    private static readonly byte[] FrameMarkers = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc9, 0xca, 0xcb];
    private static readonly byte[] Markers = [.. FrameMarkers, 0xc4, 0xcc, 0xd8, 0xd9, StartOfScan, 0xdb, 0xdd, 0xe0, 0xe1, 0xe2, 0xee, 0xfe, 0x01, 0xff];

    /// <param name="Marker">The byte behind 0xff.</param>
    /// <param name="Payload">What is behind the length.</param>
    /// <param name="Scan">The compressed data behind a start of scan.</param>
    private sealed record Segment(byte Marker, byte[] Payload, byte[] Scan)
    {
        public bool IsFrame => FrameMarkers.Contains(Marker) && Payload.Length > 5;
    }

    public static byte[] Mutate(byte[] file, Random random)
    {
        var segments = Split(file);
        var changes = 1 << random.Next(3);
        for (var i = 0; i < changes && segments.Count > 0; i++)
            Change(segments, random);
        return Join(segments, random);
    }

    private static void Change(List<Segment> segments, Random random)
    {
        var at = random.Next(segments.Count);
        var segment = segments[at];
        switch (random.Next(13))
        {
            case 0:
                segments[at] = segment with { Payload = ByteMutator.Mutate(segment.Payload, [], random) };
                break;
            case 1:
            case 2:
                ChangeScan(segments, random);
                break;
            case 3:
                segments.Insert(random.Next(segments.Count + 1), segment);
                break;
            case 4:
                segments.RemoveAt(at);
                break;
            case 5:
                segments.RemoveAt(at);
                segments.Insert(random.Next(segments.Count + 1), segment);
                break;
            case 6:
                segments[at] = segment with { Marker = random.Pick(Markers) };
                break;
            case 7:
            case 8:
                ChangeFrame(segments, random);
                break;
            case 9:
                RepeatScan(segments, random);
                break;
            case 10:
                segments.Insert(0, new Segment(0xe1, [.. "Exif\0\0"u8, .. MetadataGarbage.Exif(random)], []));
                break;
            case 11:
                segments.Insert(0, new Segment(
                    0xe2, [.. "ICC_PROFILE\0"u8, (byte)random.Next(4), (byte)random.Next(4), .. MetadataGarbage.Icc(random)], []));
                break;
            default:
                segments.Insert(random.Next(segments.Count), new Segment(0xdd, [(byte)random.Next(256), (byte)random.Next(256)], []));
                break;
        }
    }

    private static void ChangeScan(List<Segment> segments, Random random)
    {
        var at = segments.FindIndex(segment => segment.Scan.Length > 0);
        if (at >= 0)
            segments[at] = segments[at] with { Scan = ByteMutator.Mutate(segments[at].Scan, [], random) };
    }

    /// <summary>Precision, size, components and their sampling.</summary>
    private static void ChangeFrame(List<Segment> segments, Random random)
    {
        var at = segments.FindIndex(segment => segment.IsFrame);
        if (at < 0)
            return;
        byte[] frame = [.. segments[at].Payload];
        switch (random.Next(4))
        {
            case 0:
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), unchecked((ushort)HostileSizes.Side(random)));
                break;
            case 1:
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(3), unchecked((ushort)HostileSizes.Side(random)));
                break;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), unchecked((ushort)HostileSizes.Side(random)));
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(3), unchecked((ushort)HostileSizes.Side(random)));
                break;
            default:
                frame[random.Next(5, frame.Length)] = random.Pick<byte>([0, 1, 2, 3, 4, 0x11, 0x12, 0x21, 0x22, 0x41, 0x14, 0x44, 0xff]);
                break;
        }
        segments[at] = segments[at] with { Payload = frame };
    }

    private static void RepeatScan(List<Segment> segments, Random random)
    {
        var scans = segments.FindAll(segment => segment.Marker == StartOfScan);
        if (scans.Count == 0)
            return;
        var scan = random.Pick(scans);
        segments.InsertRange(segments.LastIndexOf(scan), Enumerable.Repeat(scan, random.OneIn(4) ? MostScans : random.Next(1, 8)));
    }

    private static List<Segment> Split(byte[] file)
    {
        var segments = new List<Segment>();
        for (var at = 2; at + 4 <= file.Length && file[at + 1] != 0xd9;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
            var end = at + 2 + length;
            var next = file[at + 1] == StartOfScan ? EndOfScan(file, end) : end;
            segments.Add(new Segment(file[at + 1], file[(at + 4)..end], file[end..next]));
            at = next;
        }
        return segments;
    }

    /// <summary>Where the next marker is: neither a stuffed byte nor a restart.</summary>
    private static int EndOfScan(byte[] file, int at)
    {
        while (at + 1 < file.Length && (file[at] != 0xff || file[at + 1] is 0 or (>= 0xd0 and <= 0xd7)))
            at++;
        return at;
    }

    private static byte[] Join(List<Segment> segments, Random random)
    {
        using var file = new MemoryStream();
        file.Write([0xff, 0xd8]);
        var liar = random.OneIn(8) ? random.Next(segments.Count + 1) : -1;
        for (var i = 0; i < segments.Count; i++)
        {
            var length = i == liar ? (int)ByteMutator.Border(random) : segments[i].Payload.Length + 2;
            file.Write([0xff, segments[i].Marker, (byte)(length >> 8), (byte)length]);
            file.Write(segments[i].Payload);
            file.Write(segments[i].Scan);
        }
        if (!random.OneIn(8))
            file.Write([0xff, 0xd9]);
        return file.ToArray();
    }
}

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Video;

namespace GradCamGrpc.Server.Tests.Video;

/// <summary>A frame's size is what its third byte says.</summary>
public sealed class FrameSequenceTests
{
    private static readonly byte[] Jpeg = [0xff, 0xd8, 9];
    private readonly FrameSequence _sequence = new(image => image.SourceCase is Image.SourceOneofCase.Raw
        ? new ImageSize(image.Raw.Width, image.Raw.Height)
        : image.Encoded.Length < 3
            ? throw new InvalidRequestException([new FieldViolation("image.encoded", "too short")])
            : new ImageSize(image.Encoded[2], image.Encoded[2]));

    [Fact]
    public void Next_FramesThatGoOn_AreAccepted()
    {
        var first = _sequence.Next(Frame(0, Jpeg));
        var second = _sequence.Next(Frame(40, Jpeg));

        Assert.Equal(new FrameFormat(FrameCodec.Jpeg, new ImageSize(9, 9)), first);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Next_UnknownDecoding_IsRefused()
    {
        var frame = Frame(0, Jpeg);
        frame.Image.Decoding = (ImageDecoding)9;

        Assert.Equal(["image.decoding"], Refused(frame));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(39)]
    public void Next_TimestampNotLater_IsRefusedAndLeavesNoTrace(int milliseconds)
    {
        _sequence.Next(Frame(40, Jpeg));

        Assert.Equal(["timestamp"], Refused(Frame(milliseconds, Jpeg)));
        _sequence.Next(Frame(41, Jpeg));
    }

    [Fact]
    public void Next_FrameRefusedForItsPicture_DoesNotMoveTheTime()
    {
        _sequence.Next(Frame(40, Jpeg));

        Assert.Equal(["image"], Refused(Frame(1000, [0x89, (byte)'P', (byte)'N', (byte)'G'])));
        _sequence.Next(Frame(41, Jpeg));
    }

    [Fact]
    public void Next_NothingSet_NamesBothFields() => Assert.Equal(["timestamp", "image"], Refused(new VideoFrame()));

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    [InlineData(long.MaxValue, 0)]
    public void Next_NoDuration_IsRefused(long seconds, int nanos) => Assert.Equal(
        ["timestamp"], Refused(new VideoFrame { Timestamp = new Duration { Seconds = seconds, Nanos = nanos }, Image = Frame(0, Jpeg).Image }));

    [Fact]
    public void Next_OtherSize_IsRefused()
    {
        _sequence.Next(Frame(0, Jpeg));

        Assert.Equal(["image"], Refused(Frame(1, [0xff, 0xd8, 10])));
    }

    [Fact]
    public void Next_PictureThatCannotBeMeasured_IsRefusedByItsField() => Assert.Equal(["image.encoded"], Refused(Frame(0, [1])));

    [Fact]
    public void CodecOf_FirstBytes_AreTold()
    {
        Assert.Equal(FrameCodec.Raw, FrameFormat.CodecOf(new Image { Raw = new RawImage() }));
        Assert.Equal(FrameCodec.Png, Codec([0x89, .. "PNG"u8]));
        Assert.Equal(FrameCodec.WebP, Codec([.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8]));
        Assert.Equal(FrameCodec.Gif, Codec([.. "GIF89a"u8]));
        Assert.Equal(FrameCodec.Bmp, Codec([.. "BM"u8, 0]));
        Assert.Equal(FrameCodec.Other, Codec([.. "RIFF"u8, 1, 2, 3, 4, .. "WAVE"u8]));
    }

    private static FrameCodec Codec(byte[] file) => FrameFormat.CodecOf(new Image { Encoded = ByteString.CopyFrom(file) });

    private static VideoFrame Frame(int milliseconds, byte[] file) => new()
    {
        Timestamp = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds)),
        Image = new Image { Encoded = ByteString.CopyFrom(file) },
    };

    private string[] Refused(VideoFrame frame) =>
        [.. Assert.Throws<InvalidRequestException>(() => _sequence.Next(frame)).Violations.Select(violation => violation.Field)];
}

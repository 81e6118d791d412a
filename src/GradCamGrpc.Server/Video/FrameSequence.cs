using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Video;

/// <summary>Checks that a stream's frames go on in time, and are of one kind. A frame that is refused leaves no trace.</summary>
/// <param name="measure">Reads a photo's size off its header, as <see cref="PhotoReader.Measure"/> does.</param>
internal sealed class FrameSequence(Func<Image, ImageSize> measure)
{
    private TimeSpan? _last;
    private FrameFormat? _format;

    /// <summary>Accepts the next frame.</summary>
    /// <returns>Its format.</returns>
    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    public FrameFormat Next(VideoFrame frame)
    {
        var faults = new Violations();
        var timestamp = Timestamp(frame.Timestamp, faults);
        var format = Format(frame.Image, faults);
        faults.ThrowIfAny();
        _last = timestamp;
        _format = format;
        return format!;
    }

    private TimeSpan? Timestamp(Duration? message, Violations faults)
    {
        if (message is null)
        {
            faults.Invalid("timestamp", "it is missing");
            return null;
        }
        if (message.Seconds < 0 || message.Seconds > Duration.MaxSeconds || message.Nanos is < 0 or > 999_999_999)
        {
            faults.Invalid("timestamp", "a duration of 0 or more is needed");
            return null;
        }
        var timestamp = message.ToTimeSpan();
        if (timestamp <= _last)
            faults.Invalid("timestamp", $"{timestamp} is not later than {_last}, the last frame's");
        return timestamp;
    }

    private FrameFormat? Format(Image? image, Violations faults)
    {
        if (image is not null)
            RequestReader.CheckDecoding(image, faults);
        if (image is null or { SourceCase: Image.SourceOneofCase.None })
        {
            faults.Invalid("image", "a picture is needed: encoded or raw");
            return null;
        }
        try
        {
            var format = new FrameFormat(FrameFormat.CodecOf(image), measure(image));
            if (_format is not null && _format != format)
                faults.Invalid("image", $"it is {format}, and the stream's frames are {_format}");
            return format;
        }
        catch (InvalidRequestException invalid)
        {
            foreach (var fault in invalid.Violations)
                faults.Invalid(fault.Field, fault.Description);
            return null;
        }
    }
}

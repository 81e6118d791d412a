using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Video;

/// <summary>A frame that is to be answered.</summary>
/// <param name="Index">Its place among the stream's frames, from 0.</param>
/// <param name="Image">The picture.</param>
/// <param name="Size">Its size.</param>
/// <param name="Timestamp">When it was taken, as its sender says it: answers name it to the last digit.</param>
/// <param name="ArrivedAt">When it was read.</param>
/// <param name="Deadline">From when on nobody wants its answer; null for never.</param>
internal sealed record ReceivedFrame(
    long Index, Image Image, ImageSize Size, Duration Timestamp, DateTimeOffset ArrivedAt, DateTimeOffset? Deadline);

using Google.Protobuf;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Comparing;

/// <summary>One row of pictures: a photo, and then its maps, with what each is about below it.</summary>
internal static class FilmStrip
{
    /// <param name="photo">The photo, a file.</param>
    /// <param name="maps">Its maps, each an overlay.</param>
    public static IReadOnlyList<PictureCell> Of(Image photo, IReadOnlyList<SaliencyMap> maps) =>
    [
        new PictureCell(Name: null, "the photo", Upright(photo)),
        .. maps.Select((map, i) => PictureCell.Of($"{i:d2}-{Subjects.FilePart(map.Provenance.Score)}", Subjects.ShortLabel(map.Provenance.Score), map)),
    ];

    /// <summary>The photo as it is seen: a camera may have been held in another way.</summary>
    private static ByteString Upright(Image photo)
    {
        using var pixels = ImageDecoder.Decode(photo.Encoded.Memory, PhotoFiles.NoLimits);
        return UnsafeByteOperations.UnsafeWrap(PictureEncoder.Encode(pixels, PictureFormat.Jpeg, quality: 90));
    }
}

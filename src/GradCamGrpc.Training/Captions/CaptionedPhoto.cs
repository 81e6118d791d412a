using GradCamGrpc.Training.Features;

namespace GradCamGrpc.Training.Captions;

/// <summary>A photo with captions.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Captions">What people said of it, as words.</param>
public sealed record CaptionedPhoto(string Path, IReadOnlyList<IReadOnlyList<string>> Captions)
{
    /// <summary>Whether the captions hold of the mirror image, too.</summary>
    public bool MayBeMirrored => MirrorImage.Keeps(Captions.SelectMany(caption => caption));
}

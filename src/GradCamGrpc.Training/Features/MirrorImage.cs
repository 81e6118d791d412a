namespace GradCamGrpc.Training.Features;

/// <summary>What may be said of a photo's mirror image.</summary>
internal static class MirrorImage
{
    /// <summary>Whether what some words say of a photo holds of its mirror image, too: none of them is a side.</summary>
    /// <param name="words">In lower case.</param>
    public static bool Keeps(IEnumerable<string> words) => !words.Any(word => word is "left" or "right");
}

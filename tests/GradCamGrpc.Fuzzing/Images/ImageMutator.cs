namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Makes hostile images.</summary>
public static class ImageMutator
{
    private static readonly string[] Names = [.. ImageSeeds.All.Keys];

    /// <summary>A damaged image.</summary>
    /// <returns>The end of its name, and its bytes.</returns>
    public static (string Kind, byte[] File) Make(Random random)
    {
        var name = random.Pick(Names);
        var kind = Path.GetExtension(name)[1..];
        var file = ImageSeeds.All[name];
        if (!random.OneIn(4))
            file = Damage(kind, file, random);
        if (random.OneIn(5) || ReferenceEquals(file, ImageSeeds.All[name]))
            file = ByteMutator.Mutate(file, ImageSeeds.All[random.Pick(Names)], random);
        return (kind, file);
    }

    private static byte[] Damage(string kind, byte[] file, Random random) => kind switch
    {
        "png" => PngMutator.Mutate(file, random),
        "jpg" => JpegMutator.Mutate(file, random),
        "gif" => GifMutator.Mutate(file, random),
        "webp" => WebpMutator.Mutate(file, random),
        _ => BmpMutator.Mutate(file, random),
    };
}

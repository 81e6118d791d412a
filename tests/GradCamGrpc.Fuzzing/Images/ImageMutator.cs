namespace GradCamGrpc.Fuzzing.Images;

/// <summary>Makes hostile images.</summary>
public static class ImageMutator
{
    /// <summary>Hardly any encoder writes it, and no browser shows it; but decoders read it.</summary>
    private const string LosslessJpeg = "lossless.jpg";

    private static readonly string[] Names = [.. ImageSeeds.All.Keys.Where(name => name != LosslessJpeg)];

    /// <summary>A damaged image of a kind that is in use.</summary>
    /// <returns>The end of its name, and its bytes.</returns>
    public static (string Kind, byte[] File) Make(Random random) => Make(random.Pick(Names), random);

    /// <summary>A damaged lossless JPEG.</summary>
    /// <returns>The end of its name, and its bytes.</returns>
    public static (string Kind, byte[] File) MakeLosslessJpeg(Random random) => Make(LosslessJpeg, random);

    private static (string Kind, byte[] File) Make(string name, Random random)
    {
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

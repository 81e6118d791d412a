using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Requests;

/// <summary>What fits an answer that is one message.</summary>
internal static class AnswerLimits
{
    /// <summary>A message is in memory several times on its way; the clients' own limits are far lower.</summary>
    public const long MaxRawBytes = 64 << 20;

    /// <summary>Of all pictures: a PNG of noise takes three bytes a pixel and more.</summary>
    public const long MaxPicturePixels = 100_000_000;

    /// <summary>Checks that maps fit one answer.</summary>
    /// <param name="maps">The maps, of the same outputs.</param>
    /// <exception cref="InvalidRequestException">What is asked for fits neither its format nor a message.</exception>
    public static void Ensure(params IReadOnlyList<PlannedMap> maps)
    {
        var faults = new Violations();
        Check(maps, faults);
        faults.ThrowIfAny();
    }

    /// <summary>Finds out whether maps fit one answer.</summary>
    /// <param name="maps">The maps, of the same outputs.</param>
    /// <param name="faults">Told of what does not fit.</param>
    public static void Check(IReadOnlyList<PlannedMap> maps, Violations faults)
    {
        var outputs = maps[0].Question.Outputs;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (maps.FirstOrDefault(map => map.IsTooLargeFor(outputs[i])) is { } large)
                faults.Invalid($"outputs[{i}]", $"WebP holds {PictureEncoder.MaxWebpSide} pixels a side, the photo has {large.Photo.LongerSide}");
        }
        var bytes = maps.Sum(map => map.RawBytes);
        if (bytes > MaxRawBytes)
            faults.Invalid("outputs", $"the raw maps would take {bytes} bytes; {MaxRawBytes} fit a message");
        var pixels = maps.Sum(map => map.PicturePixels);
        if (pixels > MaxPicturePixels)
            faults.Invalid("outputs", $"the pictures would have {pixels} pixels; {MaxPicturePixels} fit a message");
    }
}

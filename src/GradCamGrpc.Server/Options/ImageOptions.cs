namespace GradCamGrpc.Server.Options;

/// <summary>Limits of a photo.</summary>
/// <param name="MaxBytes">Bytes of the file, or of raw pixels.</param>
/// <param name="MaxPixels">Width times height.</param>
/// <param name="MaxSide">Pixels of the longer side.</param>
/// <param name="MaxPixelsInFlight">Pixels of all photos that are being answered; a request beyond them is refused.</param>
public sealed record ImageOptions(int MaxBytes, long MaxPixels, int MaxSide, long MaxPixelsInFlight);

using GradCamGrpc.Imaging;

namespace GradCamGrpc.Server.Requests;

/// <summary>A photo's pixels, kept until its pictures are drawn.</summary>
/// <param name="Pixels">The pixels.</param>
/// <param name="Share">Its share of the pixels that may be kept at a time; null for a picture of the server's own.</param>
internal sealed record PhotoDrawing(PixelBuffer Pixels, IDisposable? Share) : IDisposable
{
    public void Dispose()
    {
        Pixels.Dispose();
        Share?.Dispose();
    }
}

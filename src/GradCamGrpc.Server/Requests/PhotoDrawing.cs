using GradCamGrpc.Imaging;

namespace GradCamGrpc.Server.Requests;

/// <summary>A photo's pixels, kept until its pictures are drawn, and its share of the pixels that may be kept at a time.</summary>
internal sealed record PhotoDrawing(PixelBuffer Pixels, IDisposable Share) : IDisposable
{
    public void Dispose()
    {
        Pixels.Dispose();
        Share.Dispose();
    }
}

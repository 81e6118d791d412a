using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Requests;

/// <summary>A photo, decoded, with the network's input made of it.</summary>
/// <param name="Pixels">The photo as it is seen.</param>
/// <param name="Input">The input; the model gives its memory back once it has read it.</param>
/// <param name="Decode">How long both took.</param>
/// <param name="Share">Its share of the pixels that may be decoded at a time.</param>
internal sealed record Photo(PixelBuffer Pixels, ModelInput Input, TimeSpan Decode, IDisposable Share) : IDisposable
{
    public int LongerSide => Math.Max(Pixels.Width, Pixels.Height);

    public void Dispose()
    {
        Pixels.Dispose();
        Share.Dispose();
    }
}

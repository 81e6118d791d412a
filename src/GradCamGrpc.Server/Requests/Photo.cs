using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Requests;

/// <summary>A photo, decoded, with the network's input made of it.</summary>
/// <param name="Width">Columns of the photo as it is seen.</param>
/// <param name="Height">Rows of the photo as it is seen.</param>
/// <param name="Input">The input; the model gives its memory back once it has read it.</param>
/// <param name="Decode">How long both took.</param>
/// <param name="Drawing">What is needed to draw on it; null when nothing as large as the photo was asked for.</param>
internal sealed record Photo(int Width, int Height, ModelInput Input, TimeSpan Decode, PhotoDrawing? Drawing) : IDisposable
{
    public void Dispose() => Drawing?.Dispose();
}

using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>The size of a network's input.</summary>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Columns of pixels.</param>
public readonly record struct InputSize(int Height, int Width)
{
    /// <param name="images">[B, 3, H, W].</param>
    public static InputSize Of(Tensor images) => new((int)images.shape[2], (int)images.shape[3]);

    /// <summary>As sizes of pictures are told: columns first.</summary>
    public override string ToString() => $"{Width} x {Height}";
}

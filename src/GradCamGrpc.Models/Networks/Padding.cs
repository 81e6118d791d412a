namespace GradCamGrpc.Models.Networks;

/// <summary>Zeros around a convolution's input.</summary>
/// <param name="Top">Rows above.</param>
/// <param name="Bottom">Rows below.</param>
/// <param name="Left">Columns to the left.</param>
/// <param name="Right">Columns to the right.</param>
internal readonly record struct Padding(int Top, int Bottom, int Left, int Right)
{
    /// <summary>Whether a kernel need not be told sides apart.</summary>
    public bool IsSymmetric => Top == Bottom && Left == Right;

    /// <summary>Whether there is one more row below than above, and one more column to the right than to the left.</summary>
    public bool IsOneMoreBehind => Bottom == Top + 1 && Right == Left + 1;
}

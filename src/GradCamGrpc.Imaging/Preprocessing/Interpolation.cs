namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>The kernel of a resize. Both widen with the factor of a reduction, so that nothing aliases.</summary>
public enum Interpolation
{
    /// <summary>The triangle, one source pixel to each side.</summary>
    Bilinear,

    /// <summary>The cubic of Keys 1981 with a = -0.5, two source pixels to each side.</summary>
    Bicubic,
}

namespace GradCamGrpc.Imaging.Rendering;

/// <summary>The containers that pictures are written in.</summary>
public enum PictureFormat
{
    /// <summary>PNG, without loss.</summary>
    Png,

    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>WebP, lossy.</summary>
    Webp,
}

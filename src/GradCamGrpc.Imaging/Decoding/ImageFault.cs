namespace GradCamGrpc.Imaging.Decoding;

/// <summary>What is wrong with an image.</summary>
public enum ImageFault
{
    /// <summary>It has no bytes.</summary>
    Empty,

    /// <summary>It has more bytes than are accepted.</summary>
    TooManyBytes,

    /// <summary>It is not a JPEG, PNG, WebP, GIF or BMP file.</summary>
    UnknownFormat,

    /// <summary>It ends too soon, or its content is damaged.</summary>
    Damaged,

    /// <summary>It has too many pixels, in all or on a side.</summary>
    TooLarge,

    /// <summary>It has too few pixels on a side.</summary>
    TooSmall,

    /// <summary>The number of its raw bytes does not fit its size.</summary>
    WrongLength,
}

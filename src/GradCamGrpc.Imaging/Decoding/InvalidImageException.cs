namespace GradCamGrpc.Imaging.Decoding;

/// <summary>An image that cannot be used. The message says why in plain words.</summary>
public sealed class InvalidImageException(ImageFault fault, string message) : Exception(message)
{
    /// <summary>What is wrong.</summary>
    public ImageFault Fault { get; } = fault;
}

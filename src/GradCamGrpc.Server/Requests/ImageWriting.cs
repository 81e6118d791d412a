using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Server.Requests;

/// <summary>How a picture is written.</summary>
/// <param name="Format">The container.</param>
/// <param name="Quality">1 to 100.</param>
internal sealed record ImageWriting(PictureFormat Format, int Quality);

using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to caption, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="Choice">How captions are found.</param>
internal sealed record CheckedCaptionRequest(ModelInstance Model, CaptionChoice Choice);

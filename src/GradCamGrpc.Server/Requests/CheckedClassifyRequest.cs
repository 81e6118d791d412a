using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to classify, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="TopK">How many classes the prediction lists.</param>
internal sealed record CheckedClassifyRequest(ModelInstance Model, int TopK);

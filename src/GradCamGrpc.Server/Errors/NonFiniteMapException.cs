namespace GradCamGrpc.Server.Errors;

/// <summary>A map with values that are no numbers. It is never sent: drawn, it would look like an answer.</summary>
internal sealed class NonFiniteMapException(string layer, int classIndex)
    : Exception($"the map of class {classIndex} at layer '{layer}' has values that are not finite: the model's weights do not suit this photo");

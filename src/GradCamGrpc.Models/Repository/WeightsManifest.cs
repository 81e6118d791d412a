namespace GradCamGrpc.Models.Repository;

/// <summary>A checkpoint of a model.</summary>
/// <param name="File">A file in the model's folder: <c>.safetensors</c>, or a PyTorch state dict as <c>.pth</c> or <c>.pt</c>.</param>
/// <param name="Sha256">The SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
public sealed record WeightsManifest(string File, string Sha256);

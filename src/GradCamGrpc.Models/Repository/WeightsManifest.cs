namespace GradCamGrpc.Models.Repository;

/// <summary>A checkpoint of a model.</summary>
/// <param name="File">A safetensors file in the model's folder.</param>
/// <param name="Sha256">The SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
public sealed record WeightsManifest(string File, string Sha256);

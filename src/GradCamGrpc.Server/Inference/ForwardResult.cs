namespace GradCamGrpc.Server.Inference;

/// <summary>What the forward pass of a batch says of one photo.</summary>
/// <param name="Logits">The outputs, by class index.</param>
/// <param name="Queued">How long the request waited for its batch.</param>
/// <param name="Forward">How long the batch's forward pass took.</param>
/// <param name="BatchSize">How many photos the batch had.</param>
internal sealed record ForwardResult(float[] Logits, TimeSpan Queued, TimeSpan Forward, int BatchSize);

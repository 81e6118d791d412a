namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What was asked to be evaluated cannot be. The message says why in plain words.</summary>
internal sealed class EvaluationException(string message) : Exception(message);

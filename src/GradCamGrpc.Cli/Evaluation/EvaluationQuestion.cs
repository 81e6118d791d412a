using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What an evaluation is asked.</summary>
/// <param name="Data">A folder that <see cref="BoxedPhotos"/> reads.</param>
/// <param name="Methods">The names of the methods; none for all that are not slow.</param>
/// <param name="Layer">Where; null for the model's default.</param>
/// <param name="Models">A model folder; null for what the environment says.</param>
/// <param name="PhotoCount">The first so many photos; null for all.</param>
/// <param name="Precision">What the network computes in; null for what the environment says.</param>
internal sealed record EvaluationQuestion(
    string Data, IReadOnlyList<string> Methods, string? Layer, string? Models, int? PhotoCount, Precision? Precision = null);

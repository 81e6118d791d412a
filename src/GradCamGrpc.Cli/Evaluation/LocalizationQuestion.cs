namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What <c>gradcam eval localization</c> is asked.</summary>
/// <param name="Data">A folder that <see cref="BoxedPhotos"/> reads.</param>
/// <param name="Methods">The names of the methods; none for all that are not slow.</param>
/// <param name="Layer">Where; null for the model's default.</param>
/// <param name="Models">A model folder; null for what the environment says.</param>
internal sealed record LocalizationQuestion(string Data, IReadOnlyList<string> Methods, string? Layer, string? Models);

namespace GradCamGrpc.Training.Questions;

/// <summary>What a written noun means.</summary>
/// <param name="Concept">The word that questions and answers use for it, in the singular.</param>
/// <param name="Category">What it stands for.</param>
/// <param name="CanBeOne">It is a singular.</param>
/// <param name="CanBeMany">It is a plural; words such as sheep are both.</param>
internal sealed record NounForm(string Concept, NounCategory Category, bool CanBeOne, bool CanBeMany);

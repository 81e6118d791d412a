namespace GradCamGrpc.Training.Questions;

/// <summary>What somebody wears, by a caption.</summary>
/// <param name="Wearer">Who wears it.</param>
/// <param name="Clothing">What is worn.</param>
internal sealed record Worn(Mention Wearer, Mention Clothing);

namespace GradCamGrpc.Cli.Grounding;

/// <summary>Whether the maps of words and answers are of what they say.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Split">The split of the data.</param>
/// <param name="PhotoCount">On how many photos.</param>
/// <param name="Words">What log-probabilities of words lose, by what the words are; none without a captioning head.</param>
/// <param name="Agreement">Whether the map of a noun belongs to the noun; null where nothing could be compared.</param>
/// <param name="Answers">What probabilities of answers lose, by what is asked; none without an answering head.</param>
internal sealed record GroundingResult(
    string Model,
    string Split,
    int PhotoCount,
    IReadOnlyList<GroundingFigures> Words,
    AgreementFigures? Agreement,
    IReadOnlyList<GroundingFigures> Answers);

namespace GradCamGrpc.Server.Answering;

/// <summary>What a head answers to questions about a photo.</summary>
/// <param name="Questions">The questions.</param>
/// <param name="Logits">For each question the outputs, by answer.</param>
/// <param name="Duration">How long the answers took.</param>
internal sealed record GivenAnswers(IReadOnlyList<Question> Questions, IReadOnlyList<float[]> Logits, TimeSpan Duration)
{
    /// <summary>For each question and each layer the weights of attention; none where nobody asked.</summary>
    public IReadOnlyList<IReadOnlyList<float[]>> Attention { get; init; } = [];

    /// <summary>The scores that are explained, in the order of their maps.</summary>
    public IReadOnlyList<AnswerScore> Scores { get; init; } = [];

    /// <summary>What becomes of the answers without each word; none where nobody asked.</summary>
    public IReadOnlyList<WordsLeftOut> LeftOut { get; init; } = [];
}

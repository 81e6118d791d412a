namespace GradCamGrpc.Server.Inference;

/// <summary>How a request chooses scores to explain.</summary>
/// <param name="Score">What of each class.</param>
internal abstract record TargetChoice(ScoreChoice Score)
{
    /// <summary>How many scores it stands for.</summary>
    public abstract int Count { get; }

    /// <summary>The scores, in the order in which they are explained.</summary>
    /// <param name="logits">What the network says of the photo.</param>
    public abstract IEnumerable<ChosenScore> Scores(float[] logits);

    /// <summary>A class by its index.</summary>
    public sealed record Class(int Index, ScoreChoice Score) : TargetChoice(Score)
    {
        public override int Count => 1;

        public override IEnumerable<ChosenScore> Scores(float[] logits) => [new(Index, Score.Of(Index))];
    }

    /// <summary>The classes with the highest scores.</summary>
    public sealed record Top(int K, ScoreChoice Score) : TargetChoice(Score)
    {
        public override int Count => K;

        public override IEnumerable<ChosenScore> Scores(float[] logits) =>
            Ranking.Top(logits, K).Select(index => new ChosenScore(index, Score.Of(index)));
    }

    /// <summary>The class that is followed through a video, by its logit.</summary>
    /// <param name="Choose">Chooses it by the logits of the next frame; called once for each.</param>
    public sealed record Followed(Func<float[], int> Choose) : TargetChoice(ScoreChoice.Logit)
    {
        public override int Count => 1;

        public override IEnumerable<ChosenScore> Scores(float[] logits)
        {
            var index = Choose(logits);
            return [new ChosenScore(index, Score.Of(index))];
        }
    }

    /// <summary>Several classes that make one score.</summary>
    public sealed record Weighted(IReadOnlyList<WeightedTerm> Terms, ScoreChoice Score) : TargetChoice(Score)
    {
        public override int Count => 1;

        public override IEnumerable<ChosenScore> Scores(float[] logits) => [new(ClassIndex: null, Score.Of(Terms))];
    }
}

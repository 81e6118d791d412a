namespace GradCamGrpc.Server.Inference;

/// <summary>How a request chooses classes whose score is explained.</summary>
/// <param name="Score">What of each class.</param>
internal abstract record TargetChoice(ScoreChoice Score)
{
    /// <summary>How many classes it stands for.</summary>
    public abstract int Count { get; }

    /// <summary>The classes, in the order in which they are explained.</summary>
    /// <param name="logits">What the network says of the photo.</param>
    public abstract int[] Classes(float[] logits);

    /// <summary>A class by its index.</summary>
    public sealed record Class(int Index, ScoreChoice Score) : TargetChoice(Score)
    {
        public override int Count => 1;

        public override int[] Classes(float[] logits) => [Index];
    }

    /// <summary>The classes with the highest scores, known once the network has spoken.</summary>
    public sealed record Top(int K, ScoreChoice Score) : TargetChoice(Score)
    {
        public override int Count => K;

        public override int[] Classes(float[] logits) => Ranking.Top(logits, K);
    }
}

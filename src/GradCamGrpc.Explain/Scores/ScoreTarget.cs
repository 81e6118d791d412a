namespace GradCamGrpc.Explain.Scores;

/// <summary>One scalar to differentiate: a weighted sum of a row of linked outputs, Σ weight · link(outputs)[class].</summary>
/// <param name="Link">What the outputs are turned into first.</param>
/// <param name="Terms">The classes and their weights.</param>
public sealed record ScoreTarget(ScoreLink Link, IReadOnlyList<(int ClassIndex, float Weight)> Terms)
{
    /// <summary>The output of one class.</summary>
    public static ScoreTarget Of(int classIndex, ScoreLink link = ScoreLink.Logit) => new(link, [(classIndex, 1)]);

    /// <summary>"Why this rather than that": the difference of two logits.</summary>
    public static ScoreTarget Contrast(int classIndex, int otherClassIndex) =>
        new(ScoreLink.Logit, [(classIndex, 1), (otherClassIndex, -1)]);

    /// <summary>"What speaks against it": the negated logit (Selvaraju et al. 2017, section 3.3).</summary>
    public static ScoreTarget Counterfactual(int classIndex) => new(ScoreLink.Logit, [(classIndex, -1)]);
}

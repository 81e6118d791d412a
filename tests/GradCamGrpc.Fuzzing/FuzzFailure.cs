namespace GradCamGrpc.Fuzzing;

/// <summary>A case that did not end as it must.</summary>
/// <param name="Target">What was fed.</param>
/// <param name="Seed">The seed, and</param>
/// <param name="Number">the case's number: both make the same input again.</param>
/// <param name="Kind">What the input pretends to be.</param>
/// <param name="Reason">What happened.</param>
/// <param name="File">Where its bytes are.</param>
public sealed record FuzzFailure(string Target, int Seed, int Number, string Kind, string Reason, string File)
{
    /// <summary>A line, with what makes it happen again.</summary>
    public override string ToString() => $"{Target}, seed {Seed}, case {Number} ({Kind}, {File}): {Reason}";
}

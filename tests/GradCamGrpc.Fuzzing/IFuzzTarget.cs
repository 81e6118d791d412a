namespace GradCamGrpc.Fuzzing;

/// <summary>A part of the product that takes input from strangers.</summary>
public interface IFuzzTarget
{
    /// <summary>What it takes, in the plural.</summary>
    string Name { get; }

    /// <summary>Makes a hostile input; the same one of the same numbers.</summary>
    FuzzInput Make(Random random);

    /// <summary>Feeds the product with it.</summary>
    /// <returns>What came of it, in a word or two; only ends that the product documents.</returns>
    /// <exception cref="Exception">Whatever else came of it.</exception>
    Task<string> JudgeAsync(FuzzInput input);
}

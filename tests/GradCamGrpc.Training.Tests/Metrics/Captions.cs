using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Training.Tests.Metrics;

/// <summary>Captions written as sentences of words and spaces.</summary>
internal static class Captions
{
    public static ScoredCaption Caption(string candidate, params string[] references) =>
        new(Words(candidate), [.. references.Select(Words)]);

    public static string[] Words(string sentence) => sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

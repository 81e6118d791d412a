using System.Text.RegularExpressions;

namespace GradCamGrpc.Server.Answering;

/// <summary>Finds answers by their texts: without regard to case, and with underscores and spaces alike.</summary>
internal sealed partial class AnswerIndex
{
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _alike = new(StringComparer.Ordinal);

    /// <param name="answers">The answers, by index.</param>
    public AnswerIndex(IReadOnlyList<string> answers)
    {
        All = answers;
        for (var i = 0; i < answers.Count; i++)
        {
            _exact.TryAdd(answers[i], i);
            _alike.TryAdd(Plain(answers[i]), i);
        }
    }

    /// <summary>The answers, by index.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>How many there are.</summary>
    public int Count => All.Count;

    /// <summary>The index of an answer, of several that are alike the one of exactly that text, else the first; null where there is none.</summary>
    public int? Find(string text) => _exact.TryGetValue(text, out var index) || _alike.TryGetValue(Plain(text), out index) ? index : null;

    private static string Plain(string text) => Gap().Replace(text, " ").Trim().ToLowerInvariant();

    [GeneratedRegex(@"[\s_]+", RegexOptions.CultureInvariant)]
    private static partial Regex Gap();
}

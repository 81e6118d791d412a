using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The rules of label images, by the names they have on the command line.</summary>
internal static class LabelRules
{
    private static readonly Dictionary<string, LabelRule> Known = new(StringComparer.Ordinal)
    {
        ["strongest"] = LabelRule.Strongest,
        ["seed-cues"] = LabelRule.SeedCues,
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static LabelRule Parse(string name) => Known[name];

    public static string NameOf(LabelRule rule) => Known.First(known => known.Value == rule).Key;
}

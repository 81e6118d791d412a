using System.Text.RegularExpressions;

namespace GradCamGrpc.Architecture.Tests;

/// <summary>SECURITY.md names a test for each threat: a test that is renamed or gone would leave a promise that nobody keeps.</summary>
public sealed partial class SecurityPolicyTests
{
    private static readonly string Policy = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "SECURITY.md"));

    private static readonly Dictionary<string, string[]> Sources = Directory
        .GetFiles(Path.Combine(RepositoryFolder.Path, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .GroupBy(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Select(File.ReadAllText).ToArray(), StringComparer.Ordinal);

    public static TheoryData<string, string> NamedTests =>
        [.. Named().Matches(Policy).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).Distinct()];

    [Theory, MemberData(nameof(NamedTests))]
    public void Test_NamedInThePolicy_Exists(string type, string method)
    {
        Assert.True(Sources.ContainsKey(type), $"there is no test class {type}");
        Assert.Contains(Sources[type], source => Regex.IsMatch(source, $@"\[(Fact|Theory)[^\n]*\]\s(?:\s*\[[^\n]*\]\s)*\s*public (async Task|Task|void) {method}\("));
    }

    /// <summary>The last column of each threat.</summary>
    [Fact]
    public void Threat_Any_HasATest()
    {
        var threats = Policy[Policy.IndexOf("## Threats", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| threat |", StringComparison.Ordinal))
            .ToArray();

        Assert.NotEmpty(threats);
        Assert.All(threats, threat => Assert.Matches(Named(), threat.Split('|')[^2]));
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*Tests)\\.([A-Za-z0-9_]+)`")]
    private static partial Regex Named();
}

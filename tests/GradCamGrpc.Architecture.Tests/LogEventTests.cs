using System.Text.RegularExpressions;

namespace GradCamGrpc.Architecture.Tests;

/// <summary>Who filters a log by the numbers of its events finds what was meant.</summary>
public sealed partial class LogEventTests
{
    [Fact]
    public void EventIds_OfAllLogs_AreEachOfOneEvent()
    {
        var ids = Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => EventId().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToArray();

        Assert.NotEmpty(ids);
        Assert.Empty(ids.CountBy(id => id).Where(id => id.Value > 1).Select(id => id.Key));
    }

    [GeneratedRegex(@"\bEventId = ([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex EventId();
}

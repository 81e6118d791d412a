using System.CommandLine;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.Cli.Commands;

/// <summary>An option that is a number of things, 1 at least.</summary>
internal static class CountOption
{
    private const string Needed = "a whole number, 1 or more";

    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is about.</param>
    /// <param name="value">The number where none is given.</param>
    /// <param name="most">The largest number.</param>
    public static Option<int> Create(string name, string description, int value, int most = int.MaxValue)
    {
        var option = NumberOption.Create(name, description, "count", Needed, value);
        option.Require<int>(count => count >= 1 && count <= most, most == int.MaxValue ? $"{name}: 1 at least" : $"{name}: from 1 to {most}");
        return option;
    }

    /// <summary>A number that may be left out.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is about.</param>
    public static Option<int?> CreateOptional(string name, string description)
    {
        var option = NumberOption.Create<int>(name, description, "count", Needed);
        option.Require<int>(count => count >= 1, $"{name}: 1 at least");
        return option;
    }
}

using System.CommandLine;

namespace GradCamGrpc.Cli.Commands;

/// <summary>An option that is a number of things, 1 at least.</summary>
internal static class CountOption
{
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is about.</param>
    /// <param name="value">The number where none is given.</param>
    /// <param name="most">The largest number.</param>
    public static Option<int> Create(string name, string description, int value, int most = int.MaxValue)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "count", DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            var count = result.GetValueOrDefault<int>();
            if (count < 1 || count > most)
                result.AddError(most == int.MaxValue ? $"{name}: 1 at least" : $"{name}: from 1 to {most}");
        });
        return option;
    }

    /// <summary>A number that may be left out.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is about.</param>
    public static Option<int?> CreateOptional(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "count" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError($"{name}: 1 at least");
        });
        return option;
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>An option that is a number.</summary>
internal static class NumberOption
{
    /// <summary>A number that may be left out.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is about.</param>
    /// <param name="helpName">What the help calls its value.</param>
    /// <param name="needed">What it has to be, such as "a whole number from 1 to 16". Whoever takes the number checks its range.</param>
    public static Option<T?> Create<T>(string name, string description, string helpName, string needed)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Parse<T>(name, needed, result),
        };

    /// <summary>A number that is this one where it is left out.</summary>
    /// <inheritdoc cref="Create{T}(string, string, string, string)" />
    public static Option<T> Create<T>(string name, string description, string helpName, string needed, T value)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.ExactlyOne,
            DefaultValueFactory = _ => value,
            CustomParser = result => Parse<T>(name, needed, result) ?? value,
        };

    /// <summary>Has an option refuse numbers that do not fit. What is no number is told as such, and not tried.</summary>
    /// <param name="option">The option.</param>
    /// <param name="fits">Whether a number fits.</param>
    /// <param name="fault">What is said of one that does not.</param>
    public static void Require<T>(this Option option, Func<T, bool> fits, string fault)
        where T : struct, INumber<T> => option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (T.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !fits(number))
                    result.AddError(fault);
            }
        });

    private static T? Parse<T>(string name, string needed, ArgumentResult result)
        where T : struct, INumber<T>
    {
        if (T.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        result.AddError($"{name}: '{result.Tokens[0].Value}' is not {needed}");
        return null;
    }
}

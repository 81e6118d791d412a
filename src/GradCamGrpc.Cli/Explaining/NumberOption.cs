using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>An option that is a number and may be left out.</summary>
internal static class NumberOption
{
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
            CustomParser = result =>
            {
                if (T.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                    return number;
                result.AddError($"{name}: '{result.Tokens[0].Value}' is not {needed}");
                return null;
            },
        };
}

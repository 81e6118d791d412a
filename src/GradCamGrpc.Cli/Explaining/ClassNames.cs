using System.Globalization;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Classes as people name them: by an index, or else by a label.</summary>
internal static class ClassNames
{
    public static ClassTarget Target(string text)
    {
        var reference = Reference(text);
        return reference.HasLabel ? new ClassTarget { Label = reference.Label } : new ClassTarget { ClassIndex = reference.ClassIndex };
    }

    public static ClassReference Reference(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
            ? new ClassReference { ClassIndex = index }
            : new ClassReference { Label = text };

    /// <summary>A class and its weight, which the last equals sign parts: labels have commas. Null where the text is none.</summary>
    public static WeightedClass? Term(string text)
    {
        var end = text.LastIndexOf('=');
        return end > 0 && double.TryParse(text[(end + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
            ? new WeightedClass { ClassReference = Reference(text[..end]), Weight = weight }
            : null;
    }
}

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
}

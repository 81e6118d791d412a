using System.CommandLine;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Methods by the names of their fields in <c>gradcam.v1.ExplanationMethod</c>, with hyphens: what the API learns, this knows.</summary>
internal static class MethodNames
{
    /// <summary>The ways to smooth a method.</summary>
    public const string Augmentation = "augmentation";

    /// <inheritdoc cref="Augmentation" />
    public const string Eigen = "eigen";

    public static IEnumerable<string> All => Choice.Fields.Select(choice => choice.Name.Replace('_', '-'));

    private static OneofDescriptor Choice => ExplanationMethod.Descriptor.Oneofs[0];

    /// <summary>Has an option accept methods: by their names, and as papers write them, such as gradcam++ or LayerCAM.</summary>
    /// <param name="option">The option.</param>
    /// <param name="names">The names of the methods it may have.</param>
    public static void AcceptMethods(this Option option, IEnumerable<string> names)
    {
        string[] known = [.. names];
        option.Accept(known, text => Canonical(text, known) is not null);
    }

    /// <summary>The name of a method however it is written; null where there is none.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="names">The names there are.</param>
    public static string? Canonical(string text, IEnumerable<string> names)
    {
        var letters = Letters(text);
        return names.FirstOrDefault(name => Letters(name) == letters);
    }

    public static ExplanationMethod Parse(string text)
    {
        var method = new ExplanationMethod();
        var name = Canonical(text, All) ?? throw new ArgumentException($"there is no method '{text}'", nameof(text));
        var field = ExplanationMethod.Descriptor.FindFieldByName(name.Replace('-', '_'));
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(ByteString.Empty));
        return method;
    }

    private static string Letters(string text) => text.ToLowerInvariant().Replace("+", "plus", StringComparison.Ordinal)
        .Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);

    /// <summary>The method's name and, behind plus signs, how it is smoothed.</summary>
    public static string Of(ExplanationMethod method)
    {
        var name = Choice.Accessor.GetCaseFieldDescriptor(method)?.Name.Replace('_', '-') ?? "unknown";
        var augmentation = method.AugmentationSmoothing is not null ? $"+{Augmentation}" : "";
        var eigen = method.ChannelReduction is ChannelReduction.PrincipalComponent ? $"+{Eigen}" : "";
        return $"{name}{augmentation}{eigen}";
    }
}

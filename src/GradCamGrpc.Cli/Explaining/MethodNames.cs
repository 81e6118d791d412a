using Google.Protobuf;
using Google.Protobuf.Reflection;
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

    public static ExplanationMethod Parse(string name)
    {
        var method = new ExplanationMethod();
        var field = ExplanationMethod.Descriptor.FindFieldByName(name.Replace('-', '_'));
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(ByteString.Empty));
        return method;
    }

    /// <summary>The method's name and, behind plus signs, how it is smoothed.</summary>
    public static string Of(ExplanationMethod method)
    {
        var name = Choice.Accessor.GetCaseFieldDescriptor(method)?.Name.Replace('_', '-') ?? "unknown";
        var augmentation = method.AugmentationSmoothing is not null ? $"+{Augmentation}" : "";
        var eigen = method.ChannelReduction is ChannelReduction.PrincipalComponent ? $"+{Eigen}" : "";
        return $"{name}{augmentation}{eigen}";
    }
}

using Google.Protobuf;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Methods by the names of their fields in <c>gradcam.v1.ExplanationMethod</c>, with hyphens: what the API learns, this knows.</summary>
internal static class MethodNames
{
    public static IEnumerable<string> All => ExplanationMethod.Descriptor.Fields.InFieldNumberOrder().Select(choice => choice.Name.Replace('_', '-'));

    public static ExplanationMethod Parse(string name)
    {
        var method = new ExplanationMethod();
        var field = ExplanationMethod.Descriptor.FindFieldByName(name.Replace('-', '_'));
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(ByteString.Empty));
        return method;
    }

    public static string Of(ExplanationMethod method) =>
        ExplanationMethod.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(method)?.Name.Replace('_', '-') ?? "unknown";
}

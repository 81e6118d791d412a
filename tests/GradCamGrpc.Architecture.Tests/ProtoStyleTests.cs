using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Architecture.Tests;

/// <summary>The API's style: buf's STANDARD rules that a later edit breaks most easily, and a comment on everything.</summary>
public sealed partial class ProtoStyleTests
{
    private static readonly FileDescriptor[] Files =
    [
        CaptioningServiceReflection.Descriptor, ClassificationServiceReflection.Descriptor, ComparisonServiceReflection.Descriptor,
        EvidenceServiceReflection.Descriptor, ExplanationReflection.Descriptor, ImageReflection.Descriptor, ModelServiceReflection.Descriptor,
        MultiTaskServiceReflection.Descriptor, VideoServiceReflection.Descriptor, VqaServiceReflection.Descriptor,
    ];

    [Fact]
    public void Enum_FirstValue_IsUnspecifiedAndAllHaveItsPrefix()
    {
        foreach (var type in Files.SelectMany(file => file.EnumTypes))
        {
            var prefix = UpperSnake(type.Name);
            Assert.Equal((0, $"{prefix}_UNSPECIFIED"), (type.Values[0].Number, type.Values[0].Name));
            Assert.All(type.Values, value => Assert.StartsWith($"{prefix}_", value.Name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Method_Types_AreItsOwnAndNamedAfterIt()
    {
        var methods = Files.SelectMany(file => file.Services).SelectMany(service => service.Methods).ToArray();
        Assert.NotEmpty(methods);
        Assert.All(methods, method =>
        {
            Assert.EndsWith($"{method.Name}Request", method.InputType.Name, StringComparison.Ordinal);
            Assert.EndsWith($"{method.Name}Response", method.OutputType.Name, StringComparison.Ordinal);
        });
        var types = methods.SelectMany(method => new[] { method.InputType.FullName, method.OutputType.FullName }).ToArray();
        Assert.Equal(types.Distinct(), types);
    }

    [Fact]
    public void Declaration_Any_HasAComment()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "protos"), "*.proto", SearchOption.AllDirectories))
        {
            var lines = File.ReadAllLines(path);
            for (var i = 0; i < lines.Length; i++)
            {
                if (Declaration().IsMatch(lines[i]))
                    Assert.True(lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal), $"{Path.GetFileName(path)}:{i + 1} has no comment");
            }
        }
    }

    [Fact]
    public void Field_Numbers_HaveNoGapsBeforeTheFirstRelease()
    {
        foreach (var message in Files.SelectMany(file => file.MessageTypes))
            Assert.Equal(Enumerable.Range(1, message.Fields.InFieldNumberOrder().Count), message.Fields.InFieldNumberOrder().Select(field => field.FieldNumber));
    }

    private static string UpperSnake(string name) => WordStart().Replace(name, "_$0").ToUpperInvariant();

    [GeneratedRegex(@"^\s*(message|enum|service|rpc|oneof)\s|^\s+[\w.\s]+ = \d+;")]
    private static partial Regex Declaration();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}

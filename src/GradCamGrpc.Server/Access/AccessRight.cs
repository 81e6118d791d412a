using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Access;

/// <summary>What somebody may call, and about which models.</summary>
/// <param name="services">Services, such as <c>gradcam.v1.VqaService</c>, and methods, such as <c>gradcam.v1.VqaService/Answer</c>; null for everything.</param>
/// <param name="models">Names of models, which need not be there yet; null for all.</param>
internal sealed class AccessRight(IEnumerable<string>? services, IEnumerable<string>? models)
{
    /// <summary>The names that there are.</summary>
    public static readonly IReadOnlySet<string> Known = new[]
    {
        CaptioningServiceReflection.Descriptor, ClassificationServiceReflection.Descriptor, ComparisonServiceReflection.Descriptor,
        EvidenceServiceReflection.Descriptor, ModelServiceReflection.Descriptor, MultiTaskServiceReflection.Descriptor,
        VideoServiceReflection.Descriptor, VqaServiceReflection.Descriptor, Grpc.Reflection.V1.ReflectionReflection.Descriptor,
        Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor,
    }
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods.Select(method => $"{service.FullName}/{method.Name}").Prepend(service.FullName))
        .ToHashSet(StringComparer.Ordinal);

    private readonly HashSet<string>? _services = services?.ToHashSet(StringComparer.Ordinal);
    private readonly HashSet<string>? _models = models?.ToHashSet(StringComparer.Ordinal);

    /// <param name="model">The model's name.</param>
    public bool CoversModel(string model) => _models?.Contains(model) != false;

    /// <param name="method">Its full name, such as <c>/gradcam.v1.VqaService/Answer</c>.</param>
    public bool Covers(string method)
    {
        var name = method.TrimStart('/');
        return _services is null || _services.Contains(name) || _services.Contains(name[..name.IndexOf('/')]);
    }
}

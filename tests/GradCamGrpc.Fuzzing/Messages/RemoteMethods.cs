using System.Reflection;
using Google.Protobuf.Reflection;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Fuzzing.Messages;

/// <summary>All methods of the API, found by their descriptors: one that is added is fed, too.</summary>
internal static class RemoteMethods
{
    public static IReadOnlyList<MethodDescriptor> All { get; } =
    [
        .. typeof(ClassificationService).Assembly.GetTypes()
            .Where(type => type.IsAbstract && type.IsSealed)
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(ServiceDescriptor))
            .Select(property => (ServiceDescriptor)property!.GetValue(null)!)
            .SelectMany(service => service.Methods)
            .OrderBy(method => method.FullName, StringComparer.Ordinal),
    ];
}

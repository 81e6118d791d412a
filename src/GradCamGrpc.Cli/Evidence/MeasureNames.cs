using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Evidence;

/// <summary>Measures by the names of <c>gradcam.v1.Measure</c>, in lower case with hyphens: what the API learns, this knows.</summary>
internal static class MeasureNames
{
    private const string Prefix = "MEASURE_";

    private static readonly Dictionary<string, Measure> ByName = EvidenceServiceReflection.Descriptor
        .FindTypeByName<Google.Protobuf.Reflection.EnumDescriptor>(nameof(Measure)).Values
        .Where(value => value.Number != (int)Measure.Unspecified)
        .ToDictionary(value => value.Name[Prefix.Length..].ToLowerInvariant().Replace('_', '-'), value => (Measure)value.Number);

    public static IEnumerable<string> All => ByName.Keys;

    public static Measure Parse(string name) => ByName[name];
}

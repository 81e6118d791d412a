using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradCamGrpc.TestData;

/// <summary>One case of <c>guided.json</c>.</summary>
/// <param name="Key">The name of its array, [3, 224, 224].</param>
/// <param name="Network">A network with computed weights and the computed input; timm's name for the embedded model, on a photo.</param>
/// <param name="Method">The method.</param>
/// <param name="ClassIndex">Of which logit it is.</param>
/// <param name="Layer">Where, for a method at a layer.</param>
/// <param name="Image">The photo, which <c>cams.safetensors</c> has the input of; null for the computed input.</param>
public sealed record GuidedCase(string Key, string Network, string Method, int ClassIndex, string? Layer, string? Image)
{
    private const string CasesFile = "guided.json";

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The name that the photo's own arrays begin with.</summary>
    [JsonIgnore]
    public string? ImageName => Path.GetFileName(Image);

    /// <summary>All cases.</summary>
    public static IReadOnlyList<GuidedCase> All() =>
        JsonSerializer.Deserialize<GuidedCase[]>(File.ReadAllText(TestFolders.Golden(CasesFile)), Format)!;

    /// <summary>A theory of all cases, by their keys.</summary>
    public static TheoryData<string> Theory() => TestFolders.GoldenCases(CasesFile, () => All().Select(golden => golden.Key));

    public override string ToString() => Key;
}

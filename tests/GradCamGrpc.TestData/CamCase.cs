using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradCamGrpc.TestData;

/// <summary>One case of <c>cams.json</c>.</summary>
public sealed record CamCase(string Key, string Image, string Layer, string Method, CamScore Score, bool Raw, bool Scaled)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The name that the image's own arrays begin with: <c>NAME.input</c>, <c>NAME.logits</c>.</summary>
    [JsonIgnore]
    public string ImageName => Path.GetFileName(Image);

    /// <summary>All cases.</summary>
    public static IReadOnlyList<CamCase> All() =>
        JsonSerializer.Deserialize<CamCase[]>(File.ReadAllText(TestFolders.Golden("cams.json")), Format)!;

    /// <summary>The cases of a theory.</summary>
    /// <param name="key">What the theory knows a case by; null where a case is none of its own.</param>
    public static TheoryData<string> Theory(Func<CamCase, string?> key) =>
        TestFolders.GoldenCases("cams.json", () => All().Select(key).OfType<string>().Distinct());

    public override string ToString() => Key;
}

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

    /// <summary>All cases; none where the golden folder is absent.</summary>
    public static IReadOnlyList<CamCase> All()
    {
        if (!TestFolders.TryGolden("cams.json", out var path))
            return [];
        return JsonSerializer.Deserialize<CamCase[]>(File.ReadAllText(path), Format)!;
    }

    public override string ToString() => Key;
}

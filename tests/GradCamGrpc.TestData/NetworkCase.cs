using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradCamGrpc.TestData;

/// <summary>One case of <c>networks.json</c>: a network with computed weights.</summary>
/// <param name="Layer">Where the map is.</param>
/// <param name="TargetClass">Of which logit it is.</param>
/// <param name="Input">The shape of the computed input.</param>
/// <param name="Parameters">How many numbers its parameters have together.</param>
/// <param name="StateDict">Its entries, where they are listed, or how many there are.</param>
public sealed record NetworkCase(string Layer, int TargetClass, long[] Input, long Parameters, JsonElement StateDict)
{
    private const string CasesFile = "networks.json";

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>How many entries the state dict has.</summary>
    [JsonIgnore]
    public int StateDictCount => StateDict.ValueKind == JsonValueKind.Object ? StateDict.GetPropertyCount() : StateDict.GetInt32();

    /// <summary>All cases by the name of their architecture.</summary>
    public static IReadOnlyDictionary<string, NetworkCase> All() =>
        JsonSerializer.Deserialize<Dictionary<string, NetworkCase>>(File.ReadAllText(TestFolders.Golden(CasesFile)), Format)!;

    /// <summary>A theory of the cases whose architecture is among <paramref name="names"/>.</summary>
    public static TheoryData<string> Theory(IReadOnlyList<string> names) =>
        TestFolders.GoldenCases(CasesFile, () => All().Keys.Where(names.Contains));
}

using System.Text.Json.Nodes;

namespace GradCamGrpc.Fuzzing.Models;

/// <summary>Makes manifests: a sound one, damaged as JSON or as bytes.</summary>
internal static class ManifestMutator
{
    public static byte[] Make(JsonNode sound, Random random)
    {
        var text = JsonMutator.Mutate(sound, random);
        return random.OneIn(5) ? ByteMutator.Mutate(text, text, random) : text;
    }
}

using System.Text.Json.Serialization;

namespace GradCamGrpc.Models.Repository;

/// <summary>How a model's requests are run together, as <c>model.json</c> says it. What is null is as the server chooses it.</summary>
public sealed record BatchingManifest
{
    /// <summary>What <see cref="MaxBatch"/> can be at most.</summary>
    public const int MostBatch = 1024;

    /// <summary>What <see cref="MaxDelayMs"/> can be at most.</summary>
    public const int MostDelayMs = 10_000;

    /// <summary>What <see cref="Instances"/> can be at most.</summary>
    public const int MostInstances = 64;

    /// <summary>Requests that run together at most, 1 to <see cref="MostBatch"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxBatch { get; init; }

    /// <summary>Milliseconds that the model waits for a fuller batch when it is idle, 0 to <see cref="MostDelayMs"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxDelayMs { get; init; }

    /// <summary>How many networks of the model run on each device at a time, 1 to <see cref="MostInstances"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Instances { get; init; }
}

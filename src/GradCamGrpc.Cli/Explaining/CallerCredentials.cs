using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>What shows a server who calls. It comes by the environment alone: other users of a machine see command lines.</summary>
/// <param name="ApiKey">An API key; null for none.</param>
/// <param name="Token">A JSON Web Token; null for none.</param>
internal sealed record CallerCredentials(string? ApiKey, string? Token)
{
    public const string ApiKeyVariable = "GRADCAM_API_KEY";
    public const string TokenVariable = "GRADCAM_TOKEN";

    public static CallerCredentials FromEnvironment() =>
        new(Environment.GetEnvironmentVariable(ApiKeyVariable), Environment.GetEnvironmentVariable(TokenVariable));

    /// <summary>Adds them to a call's metadata.</summary>
    public Metadata AddTo(Metadata metadata)
    {
        if (ApiKey is { Length: > 0 })
            metadata.Add("x-api-key", ApiKey);
        if (Token is { Length: > 0 })
            metadata.Add("authorization", $"Bearer {Token}");
        return metadata;
    }
}

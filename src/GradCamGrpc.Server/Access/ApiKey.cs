namespace GradCamGrpc.Server.Access;

/// <summary>The metadata that carries an API key.</summary>
internal static class ApiKey
{
    public const string Header = "x-api-key";
}

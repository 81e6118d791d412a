namespace GradCamGrpc.Server.Telemetry;

/// <summary>The stages of a request, by the names that metrics and traces use.</summary>
internal static class Stage
{
    public const string Decode = "decode";
    public const string Queue = "queue";
    public const string Forward = "forward";
    public const string Backward = "backward";
    public const string Caption = "caption";
    public const string Answer = "answer";
    public const string Render = "render";
    public const string Evidence = "evidence";
}

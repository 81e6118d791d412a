namespace GradCamGrpc.Server.Http;

/// <summary>Tells gRPC's calls from others of HTTP.</summary>
internal static class GrpcContent
{
    /// <summary>The content type, which may have a suffix: <c>application/grpc+proto</c>.</summary>
    public const string Type = "application/grpc";

    public static bool IsOf(HttpRequest request) => request.ContentType?.StartsWith(Type, StringComparison.Ordinal) == true;
}

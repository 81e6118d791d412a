namespace GradCamGrpc.Server.Errors;

/// <summary>The names that <c>google.rpc.Code</c> gives the statuses of gRPC.</summary>
internal static class StatusNames
{
    /// <summary>By their numbers, 0 to 16.</summary>
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ];

    /// <summary>The name of a status; that of UNKNOWN where there is none of that number.</summary>
    public static string Of(int code) => Names[code >= 0 && code < Names.Length ? code : 2];
}

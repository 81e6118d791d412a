using GradCamGrpc.Batching;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Inference;

/// <summary>How a call says that it stands to others that wait. It is taken on trust.</summary>
internal static class CallPriority
{
    /// <summary>Metadata, as the API key is: it says nothing of what is asked, and a proxy can set it or take it away.</summary>
    private const string Header = "x-priority";

    private static readonly Dictionary<string, Priority> Levels = new(StringComparer.Ordinal)
    {
        ["low"] = Priority.Low,
        ["normal"] = Priority.Normal,
        ["high"] = Priority.High,
    };

    /// <exception cref="InvalidRequestException">It says something else than one of the levels.</exception>
    public static Priority Of(ServerCallContext context)
    {
        var said = context.RequestHeaders.GetValue(Header);
        return Find(said) ?? throw new InvalidRequestException(
            [new FieldViolation(Header, $"'{Text.Quoted(said!)}' is none of {string.Join(", ", Levels.Keys)}")]);
    }

    /// <summary>The same of a call of which nothing but the headers was read; null where it says something else than one of the levels.</summary>
    public static Priority? Of(HttpRequest request) => Find(request.Headers[Header]);

    private static Priority? Find(string? said) =>
        said is null ? Priority.Normal : Levels.TryGetValue(said, out var priority) ? priority : null;
}

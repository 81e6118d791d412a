using System.Text.Json;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Requests;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http.Features;

namespace GradCamGrpc.Server.Http;

/// <summary>
/// What the HTTP listener does around its calls: it bounds their size, says in words what is no call or has fields that there are not, and gives
/// every error the same form.
/// </summary>
/// <param name="maxPhotoBytes">Bytes of a photo at most.</param>
/// <param name="overhead">Room in a message beside its photo, in bytes.</param>
internal sealed class JsonFront(int maxPhotoBytes, int overhead)
{
    /// <summary>A body of up to so many times the limit is read to its end all the same: a client that is still writing does not see an answer.</summary>
    private const int PatientReads = 4;

    /// <summary>JSON has bytes in Base64: four letters for three.</summary>
    private readonly long _maxBody = ((maxPhotoBytes + 2L) / 3 * 4) + overhead;

    /// <summary>Answers what cannot be a call, and passes on the rest.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength > _maxBody)
        {
            if (await TryReadAsync(context, DrainAsync(context.Request)))
                await RefuseAsync(context);
            return;
        }
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = PatientReads * _maxBody;
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is { } call)
            await CallAsync(context, call, next);
        else
            await next(context);

        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed } response)
        {
            var asked = $"{context.Request.Method} {context.Request.Path}";
            var absent = StatusMapper.Of(
                StatusCode.NotFound,
                "NO_SUCH_CALL",
                $"there is no {Text.Quoted(asked)}{Suggestions.Hint(asked, Calls(context))}; GET /v1/models lists the models, POST /v1/images:explain explains a photo");
            await JsonStatus.WriteAsync(context, absent, response.StatusCode);
        }
    }

    private async Task CallAsync(HttpContext context, GrpcJsonTranscodingMetadata call, RequestDelegate next)
    {
        var reading = JsonBody.ReadAsync(context.Request, _maxBody);
        if (!await TryReadAsync(context, reading))
            return;
        using var body = await reading;

        // The thread that has read it may be one that hears of what all connections send, and a message takes milliseconds a megabyte.
        await Task.Yield();
        if (body is null)
        {
            await RefuseAsync(context);
            return;
        }
        if (Fault(context.Request, call, body) is { } fault)
        {
            await JsonStatus.WriteAsync(context, fault);
            return;
        }
        if (call.MethodDescriptor.IsServerStreaming)
            context.Response.OnStarting(() => SayLinesAsync(context.Response));
        await FaultBody.AnswerAsync(context, next);
    }

    /// <summary>Waits for a body, and answers where none comes: that is the client's fault, and no error of the server's.</summary>
    private static async Task<bool> TryReadAsync(HttpContext context, Task reading)
    {
        try
        {
            await reading;
            return true;
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            return false;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return false;
        }
        catch (IOException fault)
        {
            var unread = StatusMapper.Of(StatusCode.InvalidArgument, "INVALID_REQUEST", $"the body cannot be read: {fault.Message}");
            context.Response.Headers.Connection = "close";
            await JsonStatus.WriteAsync(context, unread, (fault as BadHttpRequestException)?.StatusCode);
            return false;
        }
    }

    /// <summary>The calls that there are, such as <c>GET /v1/models</c>.</summary>
    private static IEnumerable<string> Calls(HttpContext context) =>
        from endpoint in context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null
        from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
        select $"{method} {endpoint.RoutePattern.RawText}";

    /// <summary>What is wrong with a call's form; null where nothing is.</summary>
    private static Google.Rpc.Status? Fault(HttpRequest request, GrpcJsonTranscodingMetadata call, JsonBody body)
    {
        var hasBody = call.HttpRule.Body.Length > 0;
        var message = call.MethodDescriptor.InputType;
        var faults = new Violations();
        if (!CallTimeout.TryRead(request, out _))
            faults.Invalid(CallTimeout.Header, $"it is not {CallTimeout.Wanted}");
        QueryFields.Check(request.Query, hasBody ? null : message, faults);
        if (hasBody && !IsJson(request))
        {
            return Invalid(
                $"the content type '{Text.Quoted(request.ContentType ?? "")}' is not application/json in UTF-8; curl takes -H 'content-type: application/json'");
        }
        try
        {
            if (hasBody)
                JsonFields.Check(body.Content, message, faults);
            faults.ThrowIfAny();
            return null;
        }
        catch (JsonException fault)
        {
            return Invalid($"the body is no JSON object: {fault.Message}");
        }
        catch (InvalidRequestException fault)
        {
            return StatusMapper.ToStatus(fault);
        }

        static Google.Rpc.Status Invalid(string words) => StatusMapper.Of(StatusCode.InvalidArgument, "INVALID_REQUEST", words);
    }

    private static bool IsJson(HttpRequest request)
    {
        if (!request.HasJsonContentType())
            return false;
        var charset = request.GetTypedHeaders().ContentType!.Charset;
        return !charset.HasValue || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A stream is a line for each message, and no JSON document.</summary>
    private static Task SayLinesAsync(HttpResponse response)
    {
        if (response.StatusCode == StatusCodes.Status200OK)
            response.ContentType = "application/x-ndjson";
        return Task.CompletedTask;
    }

    private Task RefuseAsync(HttpContext context)
    {
        var tooLarge = StatusMapper.Of(
            StatusCode.ResourceExhausted,
            "MESSAGE_TOO_LARGE",
            $"the message is larger than {_maxBody} bytes: a photo of {maxPhotoBytes} bytes (--max-image-bytes) in Base64, and room beside it");
        return JsonStatus.WriteAsync(context, tooLarge, StatusCodes.Status413PayloadTooLarge);
    }

    private async Task DrainAsync(HttpRequest request)
    {
        if (request.ContentLength <= PatientReads * _maxBody)
            await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
    }
}

using GradCamGrpc.Server.Errors;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace GradCamGrpc.Server.Http;

/// <summary>What the HTTP listener does around its calls: it bounds their size, and says in words that there is no such call.</summary>
/// <param name="maxPhotoBytes">Bytes of a photo at most.</param>
/// <param name="overhead">Room in a message beside its photo, in bytes.</param>
internal sealed class JsonFront(int maxPhotoBytes, int overhead)
{
    /// <summary>A body of up to so many times the limit is read all the same: a client that is still writing does not see an answer.</summary>
    private const int PatientReads = 4;

    /// <summary>JSON has bytes in Base64: four letters for three.</summary>
    private readonly long _maxBody = ((maxPhotoBytes + 2L) / 3 * 4) + overhead;

    /// <summary>Answers what cannot be a call, and passes on the rest.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength > _maxBody)
        {
            await DrainAsync(context.Request);
            await RefuseAsync(context);
            return;
        }
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = _maxBody;
        if (context.Request.ContentLength is null && !await TryBufferAsync(context.Request))
        {
            await RefuseAsync(context);
            return;
        }
        await next(context);

        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed } response)
        {
            await JsonStatus.WriteAsync(context, response.StatusCode, StatusMapper.Of(
                StatusCode.Unimplemented,
                "NO_SUCH_CALL",
                $"there is no {context.Request.Method} {context.Request.Path}; GET /v1/models lists the models, POST /v1/images:explain explains a photo"));
        }
    }

    private Task RefuseAsync(HttpContext context) => JsonStatus.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, StatusMapper.Of(
        StatusCode.ResourceExhausted,
        "MESSAGE_TOO_LARGE",
        $"the message is larger than {_maxBody} bytes: a photo of {maxPhotoBytes} bytes in Base64, and room beside it"));

    private async Task DrainAsync(HttpRequest request)
    {
        if (request.ContentLength <= PatientReads * _maxBody)
            await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
    }

    /// <summary>Reads a body that comes in chunks, so that one without an end is noticed here.</summary>
    /// <returns>Whether it is small enough.</returns>
    private static async Task<bool> TryBufferAsync(HttpRequest request)
    {
        var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return false;
        }
        body.Position = 0;
        request.Body = body;
        return true;
    }
}

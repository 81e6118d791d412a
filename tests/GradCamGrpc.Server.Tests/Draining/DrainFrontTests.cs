using Google.Rpc;
using GradCamGrpc.Server.Draining;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using HttpResponse = Microsoft.AspNetCore.Http.HttpResponse;

namespace GradCamGrpc.Server.Tests.Draining;

public sealed class DrainFrontTests : IDisposable
{
    private const string Explain = "/gradcam.v1.ClassificationService/Explain";

    private readonly Drain _drain = new(TimeSpan.FromSeconds(30), TimeProvider.System, NullLogger<Drain>.Instance);
    private int _passed;

    public void Dispose() => _drain.Dispose();

    [Fact]
    public async Task Answer_NoDrain_PassesOn()
    {
        await AnswerAsync(Explain, "application/grpc");

        Assert.Equal(1, _passed);
    }

    [Fact]
    public async Task Answer_GrpcCallWhileItDrains_IsUnavailableWithTheReason()
    {
        _drain.Begin();

        var response = await AnswerAsync(Explain, "application/grpc+proto");

        Assert.Equal(0, _passed);
        Assert.Equal((200, "application/grpc", "14"), (response.StatusCode, response.ContentType, response.Headers["grpc-status"].ToString()));
        var encoded = response.Headers["grpc-status-details-bin"].ToString();

        // gRPC leaves the padding out.
        var details = Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='));
        var status = Status.Parser.ParseFrom(details);
        Assert.Equal("NOT_READY", status.GetDetail<ErrorInfo>().Reason);
        Assert.Equal(status.Message, Uri.UnescapeDataString(response.Headers["grpc-message"].ToString()));
        Assert.Contains("stopping", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_JsonCallWhileItDrains_Is503AndItsConnectionCloses()
    {
        _drain.Begin();

        var response = await AnswerAsync("/v1/images:explain", "application/json");

        Assert.Equal(0, _passed);
        Assert.Equal((503, "close"), (response.StatusCode, response.Headers.Connection.ToString()));
        response.Body.Position = 0;
        var text = await new StreamReader(response.Body).ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("NOT_READY", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/grpc.health.v1.Health/Check", "application/grpc")]
    [InlineData("/livez", "")]
    [InlineData("/readyz", "")]
    public async Task Answer_HealthIsAskedWhileItDrains_PassesOn(string path, string contentType)
    {
        _drain.Begin();

        await AnswerAsync(path, contentType);

        Assert.Equal(1, _passed);
    }

    private async Task<HttpResponse> AnswerAsync(string path, string contentType)
    {
        var context = new DefaultHttpContext { Request = { Path = path, ContentType = contentType }, Response = { Body = new MemoryStream() } };
        await new DrainFront(_drain).AnswerAsync(context, _ =>
        {
            _passed++;
            return Task.CompletedTask;
        });
        return context.Response;
    }
}

using Google.Protobuf;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Request = GradCamGrpc.Protos.V1.ClassificationServiceExplainStreamRequest;
using Response = GradCamGrpc.Protos.V1.ClassificationServiceExplainStreamResponse;

namespace GradCamGrpc.FunctionalTests;

public sealed class ExplainStreamTests(RunningServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AnswerOrder.AsReady)]
    [InlineData(AnswerOrder.AsSent)]
    public async Task ExplainStream_ManyPhotos_EachHasTheAnswerOfExplain(AnswerOrder order)
    {
        var questions = Enumerable.Range(0, 40).Select(i => new ClassificationServiceExplainRequest
        {
            Image = Photos.CatCut(4 * i),
            Targets = { new ClassTarget { ClassIndex = 282 } },
            Layers = { i % 3 == 0 ? "blocks.6.0" : "bn2" },
        }).ToArray();

        var responses = await SendAsync(
            [new Request { Settings = new ExplainStreamSettings { Order = order } }, .. questions.Select((question, i) => Item($"photo {i}", question))]);

        if (order is AnswerOrder.AsSent)
            Assert.Equal(responses.Select(response => response.ItemIndex).Order(), responses.Select(response => response.ItemIndex));
        for (var i = 0; i < questions.Length; i += 7)
        {
            var alone = await server.ExplainAsync(questions[i]);
            var streamed = responses.Where(response => response.ItemIndex == i).ToArray();
            Assert.All(streamed, response => Assert.Equal($"photo {i}", response.Id));
            Assert.Equal(0, streamed[^1].End.Code);
            var answer = new Calls.Answer([.. streamed.SkipLast(1).Select(response => response.Part)]);
            Assert.Equal(alone.Prediction.Classes[0].ClassIndex, answer.Prediction.Classes[0].ClassIndex);
            Assert.Equal(alone.Maps.Single().Provenance.Score.Value, answer.Maps.Single().Provenance.Score.Value, 1e-3);
            var expected = alone.Maps[0].Outputs[0].Raw.Floats();
            var worst = expected.Zip(answer.Maps[0].Outputs[0].Raw.Floats(), (a, b) => Math.Abs(a - b)).Max();
            Assert.InRange(worst, 0, 1e-3 * expected.Max() + 1e-9);
        }
        Assert.Equal(questions.Length, responses.Count(response => response.End is not null));
    }

    [Fact]
    public async Task ExplainStream_BadPhotoAndBadLabel_EndWithTheStatusOfExplainAndTheOthersAreAnswered()
    {
        var damaged = new ClassificationServiceExplainRequest { Image = new Image { Encoded = ByteString.CopyFromUtf8("no photo") } };
        var misspelt = new ClassificationServiceExplainRequest { Image = Photos.CatImage, Targets = { new ClassTarget { Label = "tigr cat" } } };
        var good = new ClassificationServiceExplainRequest { Image = Photos.CatImage };

        var responses = await SendAsync([Item("a", damaged), Item("b", misspelt), Item("c", good)]);

        var ends = responses.Where(response => response.End is not null).OrderBy(response => response.ItemIndex).Select(response => response.End).ToArray();
        Assert.Equal(3, ends.Length);
        foreach (var (end, question) in ends.Zip([damaged, misspelt]))
        {
            var alone = await server.FailAsync(question);
            Assert.Equal((int)alone.StatusCode, end.Code);
            Assert.Equal(alone.Status.Detail, end.Message);
            Assert.Equal(alone.GetRpcStatus()!.Details, end.Details);
        }
        Assert.Equal(["image.encoded", "targets[0].label"], ends.Take(2).Select(end =>
            end.Details.Single(detail => detail.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations.Single().Field));
        Assert.Equal((0, "", 0), (ends[2].Code, ends[2].Message, ends[2].Details.Count));
        Assert.Equal(2, responses.Count(response => response.Part is not null));
    }

    [Fact]
    public async Task ExplainStream_WrongSettings_IsInvalidArgument()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(
            () => SendAsync([new Request { Settings = new ExplainStreamSettings { MaxInFlight = 1000 } }]));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["settings.max_in_flight"], fault.Fields());
    }

    [Fact]
    public async Task ExplainStream_QueueOfOne_NoPhotoIsRefused()
    {
        await using var small = new RunningServer(options => options with { Queue = new(Capacity: 1, MaxBatch: 1, TimeSpan.Zero) });
        await small.InitializeAsync();

        var responses = await SendAsync(
            [.. Enumerable.Range(0, 30).Select(i => Item($"{i}", new ClassificationServiceExplainRequest { Image = Photos.CatImage }))], small);

        Assert.Equal(Enumerable.Repeat(0, 30), responses.Where(response => response.End is not null).Select(response => response.End.Code));
    }

    private static Request Item(string id, ClassificationServiceExplainRequest question) =>
        new() { Item = new ExplainItem { Id = id, Request = question } };

    private async Task<IReadOnlyList<Response>> SendAsync(Request[] requests, RunningServer? other = null)
    {
        using var call = (other ?? server).Classification.ExplainStream(cancellationToken: Cancellation);
        var reading = call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        try
        {
            foreach (var request in requests)
                await call.RequestStream.WriteAsync(request, Cancellation);
            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The call has ended: reading tells how.
        }
        return await reading;
    }
}

using System.Globalization;
using Google.Protobuf;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace GradCamGrpc.Benchmarks;

/// <summary>A client of one server, with a connection of its own, which goes on until the server takes no more.</summary>
/// <param name="address">The server's host and port.</param>
/// <param name="photo">What it asks about.</param>
/// <param name="tally">Where it counts.</param>
internal sealed class DrainClient(string address, byte[] photo, DrainTally tally)
{
    private readonly ClassificationServiceExplainRequest _request = new() { Image = new Image { Encoded = ByteString.CopyFrom(photo) } };

    /// <summary>Classifies and explains in turn.</summary>
    public async Task CallAsync()
    {
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        var client = new ClassificationService.ClassificationServiceClient(channel);
        for (var isWanted = true; isWanted;)
            isWanted = await CountAsync(ClassifyAsync) && await CountAsync(ExplainAsync);

        async Task ClassifyAsync(Action begun) => await client.ClassifyAsync(new ClassifyRequest { Image = _request.Image });

        async Task ExplainAsync(Action begun)
        {
            using var call = client.Explain(_request);
            var maps = 0;
            await foreach (var message in call.ResponseStream.ReadAllAsync())
            {
                begun();
                maps += message.Map is null ? 0 : 1;
            }
            if (maps != 1)
                throw new InvalidDataException($"an answer with {maps} maps");
        }
    }

    /// <summary>Sends photos over one stream, so many at a time.</summary>
    public async Task StreamAsync(int inFlight)
    {
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        using var call = new ClassificationService.ClassificationServiceClient(channel).ExplainStream();
        using var places = new SemaphoreSlim(inFlight);
        using var end = new CancellationTokenSource();
        var sending = SendAllAsync(call.RequestStream, places, inFlight, end.Token);
        var (read, answered) = (0L, 0);
        await CountAsync(async begun =>
        {
            try
            {
                await foreach (var message in call.ResponseStream.ReadAllAsync())
                {
                    begun();

                    // Photos are read in their order: where one has an answer, those before it were read.
                    read = Math.Max(read, message.ItemIndex + 1);
                    if (message.End is null)
                        continue;
                    answered += message.End.Code == 0 ? 1 : 0;
                    places.Release();
                }
            }
            catch (RpcException stopping) when (read > 0 && IsRefusal(stopping))
            {
                // As it should be.
            }
        });
        tally.Photos((int)read, answered);
        await end.CancelAsync();
        await sending;
    }

    private async Task SendAllAsync(
        IClientStreamWriter<ClassificationServiceExplainStreamRequest> requests, SemaphoreSlim places, int inFlight, CancellationToken end)
    {
        try
        {
            await requests.WriteAsync(new ClassificationServiceExplainStreamRequest { Settings = new ExplainStreamSettings { MaxInFlight = inFlight } }, end);
            for (var i = 0; ; i++)
            {
                await places.WaitAsync(end);
                var item = new ExplainItem { Id = i.ToString(CultureInfo.InvariantCulture), Request = _request };
                await requests.WriteAsync(new ClassificationServiceExplainStreamRequest { Item = item }, end);
            }
        }
        catch (Exception over) when (over is RpcException or OperationCanceledException or InvalidOperationException)
        {
            // The call has ended: reading tells how.
        }
    }

    /// <summary>Makes a call and counts what became of it.</summary>
    /// <param name="call">The call, which tells when its answer has begun.</param>
    /// <returns>Whether to go on.</returns>
    private async Task<bool> CountAsync(Func<Action, Task> call)
    {
        var hasBegun = false;
        try
        {
            await call(() => hasBegun = true);
            tally.Answered();
            return true;
        }
        catch (RpcException fault) when (!hasBegun && IsRefusal(fault))
        {
            tally.WasRefused();
        }
        catch (RpcException fault) when (!hasBegun && fault.StatusCode is StatusCode.Unavailable && fault.GetRpcStatus() is null)
        {
            tally.FoundNobody();
        }
        catch (Exception fault) when (fault is RpcException or InvalidDataException)
        {
            Console.Error.WriteLine(fault.Message);
            tally.Cut();
        }
        return false;
    }

    private static bool IsRefusal(RpcException fault) =>
        fault.StatusCode is StatusCode.Unavailable && fault.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason == "NOT_READY";
}

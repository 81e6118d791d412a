using System.Net;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using GradCamGrpc.Fuzzing.Images;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using GradCamGrpc.TestData;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace GradCamGrpc.Fuzzing.Messages;

/// <summary>
/// A whole server, which is sent bytes as messages of every method: each call ends with a status that tells its client what to do, none of them
/// says that something broke in the server, and good calls are answered as before.
/// </summary>
public sealed class MessageTarget : IFuzzTarget, IAsyncDisposable
{
    /// <summary>What may come of bytes that nobody vouches for.</summary>
    private static readonly StatusCode[] Documented =
    [
        StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.FailedPrecondition, StatusCode.ResourceExhausted, StatusCode.DeadlineExceeded,
    ];

    /// <summary>For calls as they should be, while what is needed is loaded and other programs keep the cores busy.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(5);

    /// <summary>Methods that are made to work long on purpose are called less often.</summary>
    private static readonly string[] Long = ["EvidenceService", "ComparisonService"];

    private static readonly Lazy<int> ParametersOfACopy = new(() =>
    {
        using var scope = torch.NewDisposeScope();
        using var network = EmbeddedModel.Read().BuildNetwork();
        return network.parameters().Count();
    });

    private static readonly Marshaller<byte[]> AsIs = new(bytes => bytes, bytes => bytes);

    private static readonly MethodDescriptor[] Methods =
        [.. RemoteMethods.All.SelectMany(method => Enumerable.Repeat(method, Long.Contains(method.Service.Name) ? 1 : 4))];

    private readonly ServedModels _models;
    private readonly GradCamServer _server;
    private readonly ServerFaults _faults;
    private readonly GrpcChannel _channel;
    private readonly TimeSpan _patience;
    private readonly ClassifyResponse _answer;
    private readonly long _tensors;

    private MessageTarget(ServedModels models, GradCamServer server, ServerFaults faults, GrpcChannel channel, TimeSpan patience, ClassifyResponse answer)
    {
        (_models, _server, _faults, _channel, _patience, _answer) = (models, server, faults, channel, patience, answer);
        _tensors = CountTensors();
    }

    /// <inheritdoc />
    public string Name => "messages";

    private static ClassifyRequest Good(string model) => new() { Model = model, Image = new Image { Encoded = ByteString.CopyFrom(ImageSeeds.All["colours.png"]) } };

    /// <summary>Starts a server.</summary>
    /// <param name="patience">The deadline of each call.</param>
    public static async Task<MessageTarget> StartAsync(TimeSpan patience)
    {
        var models = new ServedModels();
        var options = ServerOptions.Default with
        {
            Models = models.Path,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Http = null,
            Metrics = null,
            ActivationCacheBytes = 0,
            Queue = ServerOptions.Default.Queue with { MaxBatch = 8, MaxDelay = TimeSpan.Zero },
        };
        var faults = new ServerFaults();
        var server = GradCamServer.Build(options, logging => logging.ClearProviders().AddProvider(faults));
        await server.StartAsync();
        await server.WhenReady;
        var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        var target = new MessageTarget(models, server, faults, channel, patience, new ClassifyResponse());

        // Sound calls of every method first: what is loaded on the way is loaded then.
        foreach (var method in RemoteMethods.All.Where(SoundMessages.AreKnown))
            await target.CallSoundlyAsync(method);
        return new MessageTarget(models, server, faults, channel, patience, await new ClassificationService.ClassificationServiceClient(channel).ClassifyAsync(Good(ServedModels.First)));
    }

    /// <inheritdoc />
    public FuzzInput Make(Random random)
    {
        var method = random.Pick(Methods);
        var sound = SoundMessages.Of(method);
        IMessage[] messages = method.IsClientStreaming
            ? [.. sound, .. Enumerable.Range(0, random.Next(3)).Select(_ => random.Pick(SoundMessages.Of(method)))]
            : [random.Pick(sound)];
        var damaged = random.Next(messages.Length);
        if (!random.OneIn(3))
            messages[damaged] = MessageMutator.Mutated(messages[damaged], random);
        byte[][] parts = [.. messages.Select(message => message.ToByteArray())];
        if (random.OneIn(3))
            parts[damaged] = WireMutator.Mutate(parts[damaged], random);
        return new FuzzInput(method.FullName, parts);
    }

    /// <inheritdoc />
    public async Task<string> JudgeAsync(FuzzInput input)
    {
        var method = RemoteMethods.All.First(method => method.FullName == input.Kind);
        var status = await CallAsync(method, input.Parts, _patience);
        if (!Documented.Contains(status.StatusCode))
            throw new FuzzException($"{status.StatusCode}: {status.Detail}\n{_faults.Take()}");
        if (status.Detail.Contains("   at ", StringComparison.Ordinal) || status.Detail.Contains("Exception", StringComparison.Ordinal))
            throw new FuzzException($"the status tells how the server is built: {status.Detail}");
        return $"{status.StatusCode}";
    }

    /// <summary>Checks that good calls are answered as before, and that no tensor was left behind.</summary>
    /// <exception cref="FuzzException">It is not so.</exception>
    public async Task VerifyAsync()
    {
        await EndChecksAsync();
        var client = new ClassificationService.ClassificationServiceClient(_channel);
        await client.ClassifyAsync(Good(ServedModels.Second), deadline: DateTime.UtcNow + LongPatience);
        var answer = await client.ClassifyAsync(Good(ServedModels.First), deadline: DateTime.UtcNow + LongPatience);
        if (!answer.Prediction.Classes.Equals(_answer.Prediction.Classes))
            throw new FuzzException($"a good call has another answer than before: {answer.Prediction.Classes}, not {_answer.Prediction.Classes}");

        // TorchSharp never counts down what a parameter was made of, although the parameter took over its memory: each check's copy of the model leaves
        // that in the count.
        var tensors = CountTensors();
        if (tensors < _tensors || (tensors - _tensors) % ParametersOfACopy.Value != 0)
            throw new FuzzException($"{tensors} tensors are left, and not {_tensors} and {ParametersOfACopy.Value} for each copy of the model");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
        _models.Dispose();
    }

    private static long CountTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    /// <summary>A check whose client has left may still run, on a copy of the model; another one is let in once it has ended.</summary>
    private async Task EndChecksAsync()
    {
        var check = RemoteMethods.All.Single(method => method.Name == "CheckSanity");
        byte[][] messages = [.. SoundMessages.Of(check).Select(message => message.ToByteArray())];
        while (await CallAsync(check, messages, LongPatience) is { StatusCode: not StatusCode.OK } status)
        {
            if (status.StatusCode is not StatusCode.ResourceExhausted)
                throw new FuzzException($"{check.FullName}, called as it should be: {status}");
        }
    }

    private async Task CallSoundlyAsync(MethodDescriptor method)
    {
        byte[][] messages = [.. SoundMessages.Of(method).Select(message => message.ToByteArray())];
        foreach (var call in method.IsClientStreaming ? [messages] : messages.Select(message => new[] { message }))
        {
            if (await CallAsync(method, call, LongPatience) is { StatusCode: not StatusCode.OK } status)
                throw new FuzzException($"{method.FullName}, called as it should be: {status}");
        }
    }

    private async Task<Status> CallAsync(MethodDescriptor descriptor, IReadOnlyList<byte[]> messages, TimeSpan patience)
    {
        var type = (descriptor.IsClientStreaming, descriptor.IsServerStreaming) switch
        {
            (false, false) => MethodType.Unary,
            (false, true) => MethodType.ServerStreaming,
            (true, false) => MethodType.ClientStreaming,
            (true, true) => MethodType.DuplexStreaming,
        };
        var method = new Method<byte[], byte[]>(type, descriptor.Service.FullName, descriptor.Name, AsIs, AsIs);
        var options = new CallOptions(deadline: DateTime.UtcNow + patience);
        var invoker = _channel.CreateCallInvoker();
        try
        {
            switch (type)
            {
                case MethodType.Unary:
                    Check(descriptor, await invoker.AsyncUnaryCall(method, null, options, messages[0]));
                    break;
                case MethodType.ServerStreaming:
                    using (var call = invoker.AsyncServerStreamingCall(method, null, options, messages[0]))
                        await ReadAsync(descriptor, call.ResponseStream);
                    break;
                case MethodType.ClientStreaming:
                    using (var call = invoker.AsyncClientStreamingCall(method, null, options))
                    {
                        await WriteAsync(call.RequestStream, messages);
                        Check(descriptor, await call);
                    }
                    break;
                default:
                    using (var call = invoker.AsyncDuplexStreamingCall(method, null, options))
                    {
                        var reading = ReadAsync(descriptor, call.ResponseStream);
                        await WriteAsync(call.RequestStream, messages);
                        await reading;
                    }
                    break;
            }
            return Status.DefaultSuccess;
        }
        catch (RpcException fault)
        {
            return fault.Status;
        }
    }

    /// <summary>Sends all messages; a server that has ended the call takes no more, and its status says why.</summary>
    private static async Task WriteAsync(IClientStreamWriter<byte[]> writer, IReadOnlyList<byte[]> messages)
    {
        try
        {
            foreach (var message in messages)
                await writer.WriteAsync(message);
            await writer.CompleteAsync();
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException)
        {
        }
    }

    private async Task ReadAsync(MethodDescriptor method, IAsyncStreamReader<byte[]> reader)
    {
        await foreach (var message in reader.ReadAllAsync())
            Check(method, message);
    }

    /// <summary>A stream that goes on tells the status of each item within its messages.</summary>
    private void Check(MethodDescriptor method, byte[] response)
    {
        foreach (var status in Statuses(method.OutputType.Parser.ParseFrom(response)))
        {
            if (!Documented.Contains((StatusCode)status.Code))
                throw new FuzzException($"an item's status is {(StatusCode)status.Code}: {status.Message}\n{_faults.Take()}");
        }
    }

    private static IEnumerable<ItemStatus> Statuses(IMessage message)
    {
        if (message is ItemStatus status)
            return [status];
        return message.Descriptor.Fields.InDeclarationOrder()
            .Where(field => field.FieldType is FieldType.Message && !field.IsRepeated)
            .Select(field => field.Accessor.GetValue(message)).OfType<IMessage>()
            .SelectMany(Statuses);
    }
}

using System.Runtime.InteropServices;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Calls a server and collects what comes.</summary>
internal static class Calls
{
    public static async Task<Answer> ExplainAsync(this RunningServer server, ClassificationServiceExplainRequest request)
    {
        using var call = server.Classification.Explain(request, cancellationToken: TestContext.Current.CancellationToken);
        return new Answer(await call.ReadAllAsync());
    }

    /// <summary>All messages that are left.</summary>
    public static async Task<IReadOnlyList<T>> ReadAllAsync<T>(this AsyncServerStreamingCall<T> call) =>
        await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    /// <summary>The status that a bad request gets.</summary>
    public static async Task<RpcException> FailAsync(this RunningServer server, ClassificationServiceExplainRequest request) =>
        await Assert.ThrowsAsync<RpcException>(() => server.ExplainAsync(request));

    /// <summary>The fields that a status names.</summary>
    public static string[] Fields(this RpcException fault) =>
        [.. fault.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations.Select(violation => violation.Field) ?? []];

    public static float[] Floats(this RawMap map) => MemoryMarshal.Cast<byte, float>(map.Data.Span).ToArray();

    public static float[] Floats(this AttentionGrid grid) => MemoryMarshal.Cast<byte, float>(grid.Data.Span).ToArray();

    /// <summary>A method as it is when nothing else is said.</summary>
    /// <param name="name">Its field in <see cref="ExplanationMethod"/>.</param>
    public static ExplanationMethod Method(string name)
    {
        var method = new ExplanationMethod();
        var field = ExplanationMethod.Descriptor.FindFieldByName(name);
        field.Accessor.SetValue(method, field.MessageType.Parser.ParseFrom(Google.Protobuf.ByteString.Empty));
        return method;
    }

    /// <summary>The messages of one call, in the order in which they came.</summary>
    internal sealed record Answer(IReadOnlyList<ClassificationServiceExplainResponse> Messages)
    {
        public ClassificationPrediction Prediction => Messages[0].Prediction;

        public IReadOnlyList<SaliencyMap> Maps => [.. Messages.Select(message => message.Map).OfType<SaliencyMap>()];

        public IReadOnlyList<LabelImage> LabelImages => [.. Messages.Select(message => message.LabelImage).OfType<LabelImage>()];
    }
}

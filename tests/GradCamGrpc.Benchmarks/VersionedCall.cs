using System.Diagnostics;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace GradCamGrpc.Benchmarks;

/// <summary>A call that was made once, whatever became of it.</summary>
/// <param name="Sent">When it was sent, as <see cref="Stopwatch"/> counts.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Version">The version of the model that answered; null where none did.</param>
/// <param name="Fault">What it ended with; null where it was answered.</param>
internal sealed record VersionedCall(long Sent, TimeSpan Time, string? Version, string? Fault)
{
    private static readonly ByteString Photo = ByteString.CopyFrom(BenchPhoto.SmallJpeg());

    /// <summary>Explains a photo. An answer of which the prediction and the map are of two versions is a fault, too.</summary>
    public static async Task<VersionedCall> MakeAsync(GrpcChannel channel, string model)
    {
        var sent = Stopwatch.GetTimestamp();
        try
        {
            var request = new ClassificationServiceExplainRequest { Image = new Image { Encoded = Photo }, Model = model };
            using var call = new ClassificationService.ClassificationServiceClient(channel).Explain(request);
            var versions = new List<string>();
            await foreach (var message in call.ResponseStream.ReadAllAsync())
                versions.Add(message.Prediction?.ModelVersion ?? message.Map.Provenance.ModelVersion);
            var fault = versions is [var first, var second] && first == second ? null : $"an answer of {string.Join(" and ", versions)}";
            return new VersionedCall(sent, Stopwatch.GetElapsedTime(sent), versions.FirstOrDefault(), fault);
        }
        catch (RpcException fault)
        {
            return new VersionedCall(sent, Stopwatch.GetElapsedTime(sent), null, fault.Message);
        }
    }
}

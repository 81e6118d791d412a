using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Evidence;

/// <summary>Has methods checked on one photo.</summary>
/// <param name="calls">Who answers, and how photos are read.</param>
/// <param name="question">What is asked of every photo; it has no photo itself.</param>
internal sealed class SanityChecker(PhotoCalls calls, CheckSanityRequest question)
{
    public async Task<SanityCheckedPhoto> CheckAsync(string path, CancellationToken cancellation)
    {
        SanitySubject? subject = null;
        var checkpoints = new List<SanityCheckpoint>();
        var fault = await calls.RunAsync(path, async (server, image) =>
        {
            var request = question.Clone();
            request.Image = image;
            using var call = server.Evidence.CheckSanity(request, cancellationToken: cancellation);
            await foreach (var message in call.ResponseStream.ReadAllAsync(cancellation))
            {
                if (message.EventCase is CheckSanityResponse.EventOneofCase.Subject)
                    subject = message.Subject;
                else
                    checkpoints.Add(message.Checkpoint);
            }
        }, cancellation);
        return new SanityCheckedPhoto(path, subject, checkpoints, fault);
    }
}

using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Evidence;

/// <summary>Has one photo's maps judged.</summary>
/// <param name="calls">Who answers, and how photos are read.</param>
/// <param name="question">What is asked of every photo; it has no photo itself.</param>
internal sealed class PhotoJudge(PhotoCalls calls, EvaluateRequest question)
{
    public async Task<JudgedPhoto> JudgeAsync(string path, CancellationToken cancellation)
    {
        ClassificationPrediction? prediction = null;
        var maps = new List<MapEvidence>();
        var fault = await calls.RunAsync(path, async (server, image) =>
        {
            var request = question.Clone();
            request.Image = image;
            using var call = server.Evidence.Evaluate(request, cancellationToken: cancellation);
            await foreach (var message in call.ResponseStream.ReadAllAsync(cancellation))
            {
                if (message.EventCase is EvaluateResponse.EventOneofCase.Prediction)
                    prediction = message.Prediction;
                else
                    maps.Add(message.Evidence);
            }
        }, cancellation);
        return new JudgedPhoto(path, prediction, maps, fault);
    }
}

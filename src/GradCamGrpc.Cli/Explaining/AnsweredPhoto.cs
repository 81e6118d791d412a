using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>What a server answers to questions about one photo.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Prediction">The answers.</param>
/// <param name="LeftOut">For each explained answer what becomes of it without each word of its question; none where nobody asked.</param>
/// <param name="Maps">A map of each explained answer; none where nothing was to be explained.</param>
internal sealed record AnsweredPhoto(
    Image Photo, VqaPrediction Prediction, IReadOnlyList<LeftOutWords> LeftOut, IReadOnlyList<SaliencyMap> Maps)
{
    /// <summary>Has questions answered.</summary>
    public static async Task<AnsweredPhoto> AskAsync(ServerConnection server, AnswerRequest question, Image photo, CancellationToken cancellation)
    {
        var request = question.Clone();
        request.Image = photo;
        var response = await server.Vqa.AnswerAsync(request, cancellationToken: cancellation);
        return new AnsweredPhoto(photo, response.Prediction, [], []);
    }

    /// <summary>Has questions answered, and the answers explained.</summary>
    public static async Task<AnsweredPhoto> ExplainAsync(
        ServerConnection server, VqaServiceExplainRequest question, Image photo, CancellationToken cancellation)
    {
        var request = question.Clone();
        request.Image = photo;
        VqaPrediction? prediction = null;
        var leftOut = new List<LeftOutWords>();
        var maps = new List<SaliencyMap>();
        using var call = server.Vqa.Explain(request, cancellationToken: cancellation);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellation))
        {
            switch (message.EventCase)
            {
                case VqaServiceExplainResponse.EventOneofCase.Prediction:
                    prediction = message.Prediction;
                    break;
                case VqaServiceExplainResponse.EventOneofCase.LeftOutWords:
                    leftOut.Add(message.LeftOutWords);
                    break;
                case VqaServiceExplainResponse.EventOneofCase.Map:
                    maps.Add(message.Map.Map);
                    break;
            }
        }
        return new AnsweredPhoto(photo, prediction ?? throw new InvalidDataException("the server has sent maps, and no answers"), leftOut, maps);
    }
}

using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>What a server says about one photo in sentences.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Prediction">The captions.</param>
/// <param name="Maps">A map of each target; none where nothing was to be explained.</param>
internal sealed record CaptionAnswer(Image Photo, CaptionPrediction Prediction, IReadOnlyList<SaliencyMap> Maps)
{
    /// <summary>The targets that the caption turned out not to have.</summary>
    public IReadOnlyList<SkippedTarget> Skipped { get; init; } = [];

    /// <summary>The banned words that the model does not know, so that nothing comes of banning them.</summary>
    public IReadOnlyList<string> UnknownBans { get; init; } = [];

    /// <summary>Has a photo captioned.</summary>
    public static async Task<CaptionAnswer> SayAsync(ServerConnection server, CaptionRequest question, Image photo, CancellationToken cancellation)
    {
        var request = question.Clone();
        request.Image = photo;
        var response = await server.Captioning.CaptionAsync(request, cancellationToken: cancellation);
        return new CaptionAnswer(photo, response.Prediction, []);
    }

    /// <summary>Has a photo captioned, and the caption explained.</summary>
    public static async Task<CaptionAnswer> ExplainAsync(
        ServerConnection server, CaptioningServiceExplainRequest question, Image photo, CancellationToken cancellation)
    {
        var request = question.Clone();
        request.Image = photo;
        CaptioningServiceExplainResponse? first = null;
        var maps = new List<SaliencyMap>();
        using var call = server.Captioning.Explain(request, cancellationToken: cancellation);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellation))
        {
            switch (message.EventCase)
            {
                case CaptioningServiceExplainResponse.EventOneofCase.Prediction:
                    first = message;
                    break;
                case CaptioningServiceExplainResponse.EventOneofCase.Map:
                    maps.Add(message.Map);
                    break;
            }
        }
        if (first is null)
            throw new InvalidDataException("the server has sent maps, and no caption");
        return new CaptionAnswer(photo, first.Prediction, maps) { Skipped = first.SkippedTargets };
    }
}

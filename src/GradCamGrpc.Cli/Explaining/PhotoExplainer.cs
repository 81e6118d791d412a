using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Explains one photo and writes its pictures.</summary>
/// <param name="calls">Who answers, and how photos are read.</param>
/// <param name="question">What is asked of every photo; it has no photo itself.</param>
/// <param name="folder">Where pictures are written.</param>
internal sealed class PhotoExplainer(
    PhotoCalls calls, ClassificationServiceExplainRequest question, DirectoryInfo folder)
{
    /// <summary>Explains a photo. A fault of the photo or of the call is part of the answer; it never ends the command.</summary>
    /// <param name="path">The photo.</param>
    /// <param name="prefix">What the names of its pictures begin with.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<ExplainedPhoto> ExplainAsync(string path, string prefix, CancellationToken cancellation)
    {
        ClassificationPrediction? prediction = null;
        var maps = new List<WrittenMap>();
        var labelImages = new List<WrittenLabelImage>();
        var fault = await calls.RunAsync(path, async (server, image) =>
        {
            var files = new PhotoFiles(image.Encoded.Memory, prefix, question, folder);
            var request = question.Clone();
            request.Image = image;
            using var call = server.Classification.Explain(request, cancellationToken: cancellation);
            await foreach (var message in call.ResponseStream.ReadAllAsync(cancellation))
            {
                switch (message.EventCase)
                {
                    case ClassificationServiceExplainResponse.EventOneofCase.Prediction:
                        prediction = message.Prediction;
                        break;
                    case ClassificationServiceExplainResponse.EventOneofCase.Map:
                        maps.Add(await files.WriteAsync(message.Map, cancellation));
                        break;
                    case ClassificationServiceExplainResponse.EventOneofCase.LabelImage:
                        labelImages.Add(await files.WriteAsync(message.LabelImage, cancellation));
                        break;
                }
            }
        }, cancellation);
        return new ExplainedPhoto(path, prediction, maps, labelImages, fault);
    }
}

using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Inference;

/// <summary>A row of a batch: a photo as the network sees it, and all that is asked about it.</summary>
/// <param name="Input">The network's input; the row owns it. Its buffer goes back as soon as the model has copied it.</param>
/// <param name="Requests">What is asked. At most one of the requests is for maps of the network's own outputs.</param>
internal sealed record InferenceRow(ModelInput Input, IReadOnlyList<InferenceRequest> Requests)
{
    /// <summary>The request for maps of the network's own outputs; null where there is none.</summary>
    public ExplanationRequest? Explanation => Requests.OfType<ExplanationRequest>().SingleOrDefault();

    /// <summary>What the forward pass has to keep for all of them.</summary>
    public ImageQuery Query => (Explanation?.Query ?? ImageQuery.PredictionOnly) with
    {
        Observed = [.. Requests.SelectMany(request => request.Query.Observed).DistinctBy(layer => layer.Name)],
    };
}

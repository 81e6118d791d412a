using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Requests;

/// <summary>A photo, decoded once, with an input for each way in which the network is to see it.</summary>
/// <param name="Photos">By what made the input. Their pixels are the same.</param>
internal sealed record PhotoViews(IReadOnlyDictionary<Preprocessor, Photo> Photos) : IDisposable
{
    /// <summary>The photo as a question has it seen.</summary>
    public Photo Of(MapQuestion question) => Photos[question.View];

    public void Dispose() => Photos.Values.First().Dispose();
}

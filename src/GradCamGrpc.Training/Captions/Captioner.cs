using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Captions;

/// <summary>Has a head caption many photos.</summary>
/// <param name="head">The head, in evaluation mode.</param>
/// <param name="vocabulary">The words that it knows.</param>
/// <param name="search">How sentences are found.</param>
public sealed class Captioner(CaptionHead head, Vocabulary vocabulary, BeamSearch search)
{
    /// <summary>The best caption of one photo, as words.</summary>
    /// <param name="features">The maps of all photos.</param>
    /// <param name="photo">The photo's index.</param>
    public IReadOnlyList<string> Caption(FeatureFile features, int photo)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        var sentences = new PhotoSentences(head, head.Look(features.Read([(photo, 0)])));
        var best = search.Find(sentences, new DecodingRules { MaxWords = head.MaxWords })[0];
        return [.. best.Words.Where(Vocabulary.IsWord).Select(vocabulary.WordOf)];
    }
}

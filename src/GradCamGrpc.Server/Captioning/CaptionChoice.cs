using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Captioning;

/// <summary>How a caption comes about.</summary>
internal abstract record CaptionChoice
{
    /// <summary>The most words that it may have.</summary>
    public abstract int MaxWords { get; }

    /// <summary>Says captions of a photo, the best first.</summary>
    public abstract IReadOnlyList<Sentence> Say(CaptionHead head, PhotoMemory photo, CancellationToken cancellation);

    /// <summary>By a search for the likeliest.</summary>
    public sealed record Searched(BeamSearch Search, DecodingRules Rules) : CaptionChoice
    {
        public override int MaxWords => Rules.MaxWords;

        public override IReadOnlyList<Sentence> Say(CaptionHead head, PhotoMemory photo, CancellationToken cancellation) =>
            Search.Find(new PhotoSentences(head, photo), Rules, cancellation);
    }

    /// <summary>By chance.</summary>
    public sealed record Drawn(NucleusSampling Sampling, DecodingRules Rules) : CaptionChoice
    {
        public override int MaxWords => Rules.MaxWords;

        public override IReadOnlyList<Sentence> Say(CaptionHead head, PhotoMemory photo, CancellationToken cancellation) =>
            [Sampling.Draw(new PhotoSentences(head, photo), Rules, cancellation: cancellation)];
    }

    /// <summary>The client says it.</summary>
    public sealed record Given(IReadOnlyList<int> Words) : CaptionChoice
    {
        public override int MaxWords => Words.Count;

        /// <summary>The caption, whole, its log-probabilities unknown.</summary>
        public Sentence Sentence => new([.. Words, Vocabulary.End], []);

        public override IReadOnlyList<Sentence> Say(CaptionHead head, PhotoMemory photo, CancellationToken cancellation)
        {
            long[] said = [Vocabulary.Start, .. Words.Select(word => (long)word)];
            int[] next = [.. Words, Vocabulary.End];
            var choice = tensor(next.Select(word => (long)word).ToArray()).reshape(1, -1, 1);
            var logs = head.Logits(photo, tensor(said).unsqueeze(0)).log_softmax(-1).gather(2, choice);         // [1, T, 1]
            return [new Sentence(next, TensorValues.Floats(logs))];
        }
    }
}

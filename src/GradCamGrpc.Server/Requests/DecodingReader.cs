using Google.Protobuf.Collections;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Inference;
using BeamSearch = GradCamGrpc.Models.Heads.Decoding.BeamSearch;
using NucleusSampling = GradCamGrpc.Models.Heads.Decoding.NucleusSampling;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads how a caption is to be found.</summary>
internal static class DecodingReader
{
    private const string Field = "decoding";
    private const int MaxBeams = 16;
    private const double MaxLengthPenalty = 10;
    private const double MinTopP = 0.01;
    private const double DefaultTopP = 0.9;
    private const double MinTemperature = 0.1;
    private const double MaxTemperature = 10;
    private const int MaxBanned = 10_000;

    /// <summary>The way that a message chooses; null where something is wrong with it.</summary>
    /// <param name="message">The message; null where a request has none.</param>
    /// <param name="model">A model with a captioning head.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static CaptionChoice? Read(CaptionDecoding? message, ModelInstance model, Violations faults)
    {
        message ??= new CaptionDecoding();
        var rules = Rules(message, model.Captioner!, faults);
        if (message.ChoiceCase is CaptionDecoding.ChoiceOneofCase.NucleusSampling)
        {
            var sampling = Sampling(message.NucleusSampling, faults);
            return rules is null || sampling is null ? null : new CaptionChoice.Drawn(sampling, rules);
        }
        var search = Search(message.BeamSearch ?? new Protos.V1.BeamSearch(), model.Manifest.Captioning!.LengthPenalty, faults);
        return rules is null || search is null ? null : new CaptionChoice.Searched(search, rules);
    }

    private static BeamSearch? Search(Protos.V1.BeamSearch message, double lengthPenalty, Violations faults)
    {
        var beams = message.HasBeamCount ? message.BeamCount : Captioner.DefaultBeams;
        var penalty = message.HasLengthPenalty ? message.LengthPenalty : lengthPenalty;
        var isRight = faults.Within($"{Field}.beam_search.beam_count", beams, 1, MaxBeams);
        isRight &= faults.Within($"{Field}.beam_search.length_penalty", penalty, 0, MaxLengthPenalty);
        return isRight ? new BeamSearch(beams, penalty) : null;
    }

    private static NucleusSampling? Sampling(Protos.V1.NucleusSampling message, Violations faults)
    {
        var topP = message.HasTopP ? message.TopP : DefaultTopP;
        var temperature = message.HasTemperature ? message.Temperature : 1;
        var isRight = faults.Within($"{Field}.nucleus_sampling.top_p", topP, MinTopP, 1);
        isRight &= faults.Within($"{Field}.nucleus_sampling.temperature", temperature, MinTemperature, MaxTemperature);
        return isRight ? new NucleusSampling(topP, temperature, message.Seed) : null;
    }

    private static DecodingRules? Rules(CaptionDecoding message, Captioner captioner, Violations faults)
    {
        var most = message.HasMaxWords ? message.MaxWords : captioner.MaxWords;
        var least = message.HasMinWords ? message.MinWords : 1;
        var isRight = faults.Within($"{Field}.max_words", most, 1, captioner.MaxWords);
        if (!isRight)
            most = captioner.MaxWords;
        isRight &= faults.Within($"{Field}.min_words", least, 1, most);
        var prefix = message.Prefix.Length == 0
            ? []
            : WordReader.Sentence(message.Prefix, $"{Field}.prefix", most, captioner.Words, faults);
        var banned = Banned(message.BannedWords, captioner.Words, faults);
        if (!isRight || prefix is null || banned is null)
            return null;

        var rules = new DecodingRules { MinWords = least, MaxWords = most, Prefix = prefix, Banned = banned };
        if (banned.Count == captioner.Words.AllWords.Count && prefix.Count < least)
        {
            faults.Invalid($"{Field}.banned_words", "they are all the words there are: nothing is left to say");
            return null;
        }
        return rules;
    }

    private static HashSet<int>? Banned(RepeatedField<string> words, Vocabulary known, Violations faults)
    {
        if (words.Count > MaxBanned)
        {
            faults.Invalid($"{Field}.banned_words", $"{words.Count} words are more than {MaxBanned}");
            return null;
        }
        string?[] single = [.. words.Select((word, i) => WordReader.Single(word, $"{Field}.banned_words[{i}]", faults))];

        // A word that the head does not know it cannot say.
        return single.Contains(null) ? null : [.. single.Select(word => known.NumberOf(word!)).OfType<int>()];
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The options that say how captions are found. The server checks their values.</summary>
internal sealed class DecodingOptions
{
    private readonly Option<int?> _beams = NumberOption.Create<int>(
        "--beams", "beams of the search; so many captions are told [default: 3]", "count", "a whole number from 1 to 16");

    private readonly Option<double?> _lengthPenalty = NumberOption.Create<double>(
        "--length-penalty", "of the search: 0 favours short captions [default: the model's]", "number", "a number from 0 to 10");

    private readonly Option<ulong?> _seed = NumberOption.Create<ulong>(
        "--sample", "draw a caption instead of searching; the same seed draws the same", "seed", $"a whole number from 0 to {ulong.MaxValue}");

    private readonly Option<double?> _topP = NumberOption.Create<double>(
        "--top-p", "with --sample: draw from the likeliest words of this share [default: 0.9]", "share", "a number from 0.01 to 1");

    private readonly Option<double?> _temperature = NumberOption.Create<double>(
        "--temperature", "with --sample: below 1 the likely become likelier [default: 1]", "number", "a number from 0.1 to 10");

    private readonly Option<string?> _prefix = new("--prefix") { Description = "what captions begin with", HelpName = "words" };

    private readonly Option<string[]> _banned = new("--ban") { Description = "a word that is not said; may be repeated", HelpName = "word" };

    private readonly Option<int?> _least = NumberOption.Create<int>("--min-words", "the fewest words [default: 1]", "count", "a whole number, 1 or more");

    private readonly Option<int?> _most = NumberOption.Create<int>(
        "--max-words", "the most words [default: the model's]", "count", "a whole number, 1 or more");

    private Option[] All => [_beams, _lengthPenalty, _seed, _topP, _temperature, _prefix, _banned, _least, _most];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var samples = result.GetResult(_seed) is not null;
            foreach (var option in Given(result, samples ? [_beams, _lengthPenalty] : [_topP, _temperature]))
                result.AddError(samples ? $"{option} goes without --sample: nothing is searched for" : $"{option} goes with --sample");
        });
    }

    /// <summary>The names of the options that are given.</summary>
    public IEnumerable<string> Given(CommandResult result) => Given(result, All);

    /// <summary>The words that are not to be said.</summary>
    public string[] Banned(ParseResult parsed) => parsed.GetValue(_banned) ?? [];

    public CaptionDecoding Read(ParseResult parsed)
    {
        var decoding = new CaptionDecoding
        {
            Prefix = parsed.GetValue(_prefix) ?? "",
            BannedWords = { Banned(parsed) },
        };
        if (parsed.GetValue(_least) is { } least)
            decoding.MinWords = least;
        if (parsed.GetValue(_most) is { } most)
            decoding.MaxWords = most;
        if (parsed.GetValue(_seed) is { } seed)
            decoding.NucleusSampling = Sampling(parsed, seed);
        else
            decoding.BeamSearch = Search(parsed);
        return decoding;
    }

    private static IEnumerable<string> Given(CommandResult result, Option[] options) =>
        options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name);

    private NucleusSampling Sampling(ParseResult parsed, ulong seed)
    {
        var sampling = new NucleusSampling { Seed = seed };
        if (parsed.GetValue(_topP) is { } topP)
            sampling.TopP = topP;
        if (parsed.GetValue(_temperature) is { } temperature)
            sampling.Temperature = temperature;
        return sampling;
    }

    private BeamSearch Search(ParseResult parsed)
    {
        var search = new BeamSearch();
        if (parsed.GetValue(_beams) is { } beams)
            search.BeamCount = beams;
        if (parsed.GetValue(_lengthPenalty) is { } penalty)
            search.LengthPenalty = penalty;
        return search;
    }
}

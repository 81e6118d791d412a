using System.CommandLine;
using System.Globalization;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The options that say how a photo is captioned, and what of the caption is explained.</summary>
internal sealed class CaptionOptions
{
    private readonly DecodingOptions _decoding = new();
    private readonly ModelOptions _model = ModelOptions.OfHead();
    private readonly MapOptions _maps = MapOptions.OfHead();

    private readonly Option<bool> _words = new("--words") { Description = "draw where the network saw each word of the best caption" };

    private readonly Option<bool> _whole = new("--whole") { Description = "draw one map of the whole caption, instead of its words" };

    private readonly Option<string?> _text = new("--text") { Description = "explain this caption instead of one that the model finds", HelpName = "caption" };

    private readonly Option<string[]> _alternatives = new("--alternative")
    {
        Description = "draw why this word could have been there: its position, from 0, and the word, such as 1=cat; may be repeated",
        HelpName = "position=word",
    };

    private readonly Option<string[]> _contrasts = new("--contrast")
    {
        Description = "draw why the caption's word at a position rather than this one, such as 1=cat; may be repeated",
        HelpName = "position=word",
    };

    public CaptionOptions()
    {
        foreach (var option in new[] { _alternatives, _contrasts })
        {
            option.Validators.Add(result =>
            {
                foreach (var token in result.Tokens.Where(token => WordAt(token.Value) is null))
                    result.AddError($"{option.Name}: '{token.Value}' is not POSITION=WORD, such as 1=cat");
            });
        }
    }

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _words, _whole, _text, _alternatives, _contrasts })
            command.Options.Add(option);
        _decoding.AddTo(command);
        _model.AddTo(command);
        _maps.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_text) is not null && _decoding.Given(result).ToArray() is { Length: > 0 } given)
                result.AddError($"{string.Join(", ", given)}: not with --text, the caption is there");
        });
    }

    /// <summary>Whether anything is to be explained.</summary>
    public bool AsksForMaps(ParseResult parsed) => parsed.GetValue(_words) || parsed.GetValue(_text) is not null || Targets(parsed).Any();

    public CaptionRequest Read(ParseResult parsed) => new() { Model = _model.Model(parsed), Decoding = _decoding.Read(parsed) };

    public CaptioningServiceExplainRequest ReadWithMaps(ParseResult parsed)
    {
        var request = new CaptioningServiceExplainRequest
        {
            Model = _model.Model(parsed),
            Targets = { Targets(parsed) },
            Outputs = { _maps.Overlay(parsed) },
        };
        if (parsed.GetValue(_text) is { } text)
            request.Text = text;
        else
            request.Decoding = _decoding.Read(parsed);
        if (_model.Layer(parsed) is { Length: > 0 } layer)
            request.Layers.Add(layer);
        if (_maps.Method(parsed) is { } method)
            request.Methods.Add(method);
        return request;
    }

    /// <summary>The banned words that the model does not know.</summary>
    public async Task<IReadOnlyList<string>> UnknownBansAsync(ParseResult parsed, ServerConnection server, CancellationToken cancellation)
    {
        if (_decoding.Banned(parsed) is not { Length: > 0 } banned)
            return [];
        var described = await server.Models.GetModelAsync(new GetModelRequest { Name = _model.Model(parsed) }, cancellationToken: cancellation);
        var known = described.Model.Captioning.Words.ToHashSet(StringComparer.Ordinal);
        return [.. banned.Where(word => !Words.Of(word).All(known.Contains))];
    }

    private IEnumerable<CaptionTarget> Targets(ParseResult parsed)
    {
        if (parsed.GetValue(_whole))
            yield return new CaptionTarget { WholeCaption = new WholeCaption() };
        foreach (var (position, word) in (parsed.GetValue(_alternatives) ?? []).Select(WordAt).OfType<(int, string)>())
            yield return new CaptionTarget { AlternativeWord = new AlternativeWord { Position = position, Word = word } };
        foreach (var (position, word) in (parsed.GetValue(_contrasts) ?? []).Select(WordAt).OfType<(int, string)>())
            yield return new CaptionTarget { WordPosition = position, Contrast = word };
    }

    private static (int Position, string Word)? WordAt(string text) =>
        text.Split('=', 2) is [var position, { Length: > 0 } word]
        && int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, word)
            : null;
}

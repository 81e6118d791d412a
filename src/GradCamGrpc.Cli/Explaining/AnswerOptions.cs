using System.CommandLine;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The questions about a photo, and the options that say which answers are explained. The server checks their values.</summary>
internal sealed class AnswerOptions
{
    private readonly ModelOptions _model = ModelOptions.OfHead();
    private readonly MapOptions _maps = MapOptions.OfHead();

    private readonly Argument<string[]> _questions = new("QUESTION") { Description = "what is asked about the photo", Arity = ArgumentArity.OneOrMore };

    private readonly Option<bool> _draw = new("--maps") { Description = "draw where the network saw the likeliest answer to each question" };

    private readonly Option<string[]> _answers = new("--answer")
    {
        Description = "draw why this would be the answer, likely or not; may be repeated",
        HelpName = "answer",
    };

    private readonly Option<string?> _contrast = new("--contrast") { Description = "with --answer: draw why it rather than this one", HelpName = "answer" };

    private readonly Option<bool> _leaveOut = new("--leave-words-out")
    {
        Description = "tell what becomes of each answer without each word of its question, and draw it",
    };

    private readonly Option<int?> _topK =
        NumberOption.Create<int>("--top-k", "how many answers are told [default: 5]", "k", "a whole number, 1 or more");

    public AnswerOptions()
    {
        MistypedOptions.RefuseIn(_questions);
        _questions.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => File.Exists(token.Value)))
                result.AddError($"'{token.Value}' is a file and no question: one photo at a time is asked about");
        });
        _topK.Aliases.Add("-k");
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_questions);
        foreach (Option option in new Option[] { _draw, _answers, _contrast, _leaveOut, _topK })
            command.Options.Add(option);
        _model.AddTo(command);
        _maps.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_contrast) is not null && result.GetResult(_answers) is null)
                result.AddError("--contrast goes with --answer");
        });
    }

    /// <summary>Whether anything is to be explained.</summary>
    public bool AsksForMaps(ParseResult parsed) =>
        parsed.GetValue(_draw) || parsed.GetValue(_leaveOut) || parsed.GetValue(_answers) is { Length: > 0 };

    public AnswerRequest Read(ParseResult parsed)
    {
        var request = new AnswerRequest { Model = _model.Model(parsed), Questions = { parsed.GetValue(_questions) } };
        if (parsed.GetValue(_topK) is { } topK)
            request.PredictionTopK = topK;
        return request;
    }

    public VqaServiceExplainRequest ReadWithMaps(ParseResult parsed)
    {
        var request = new VqaServiceExplainRequest
        {
            Model = _model.Model(parsed),
            LeaveWordsOut = parsed.GetValue(_leaveOut),
            Outputs = { _maps.Overlay(parsed) },
        };
        foreach (var question in parsed.GetValue(_questions)!)
        {
            request.Questions.Add(new VqaQuestion
            {
                Text = question,
                Targets = { (parsed.GetValue(_answers) ?? []).Select(answer => new AnswerTarget { Answer = answer, Contrast = parsed.GetValue(_contrast) ?? "" }) },
            });
        }
        if (parsed.GetValue(_topK) is { } topK)
            request.PredictionTopK = topK;
        if (_model.Layer(parsed) is { Length: > 0 } layer)
            request.Layers.Add(layer);
        if (_maps.Method(parsed) is { } method)
            request.Methods.Add(method);
        return request;
    }
}

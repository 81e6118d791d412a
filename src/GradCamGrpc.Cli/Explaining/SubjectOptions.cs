using System.CommandLine;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The options that say which maps of every photo are meant.</summary>
internal sealed class SubjectOptions
{
    private static readonly string[] Scores = ["logit", "probability", "log-probability", "counterfactual"];

    private const string DefaultMethod = "grad-cam";

    private readonly int _defaultTopK;
    private readonly string[] _defaultMethods;

    private readonly Option<string[]> _classes = new("--class", "-c")
    {
        Description = "a class to explain, by index or label; `gradcam models --labels WORD` finds labels; may be repeated [default: the most probable class]",
        HelpName = "index|label",
    };

    private readonly Option<int?> _topK =
        NumberOption.Create<int>("--top-k", "explain this many of the most probable classes, 1 to 64", "k", "a whole number");

    private readonly Option<string[]> _terms = new("--term")
    {
        Description = "a class and its weight in a weighted sum, such as \"tiger cat=1\"; may be repeated, all make one score",
        HelpName = "index|label=weight",
    };

    private readonly Option<string> _score = new("--score")
    {
        Description = "what of a class is explained",
        DefaultValueFactory = _ => Scores[0],
    };

    private readonly Option<string?> _contrast = new("--contrast")
    {
        Description = "why the classes rather than this one",
        HelpName = "index|label",
    };

    private readonly Option<string> _model = new("--model") { Description = "the model's name [default: the only one]", DefaultValueFactory = _ => "" };

    private readonly Option<string[]> _layers = new("--layer", "-l")
    {
        Description = "a layer to explain at; `gradcam models NAME` lists them; may be repeated [default: the model's]",
        HelpName = "name",
    };

    private readonly Option<string[]> _methods = new("--method", "-m")
    {
        Description = $"how maps are made: {string.Join(", ", MethodNames.All)}; may be repeated [default: grad-cam]",
        HelpName = "name",
    };

    private readonly Option<string[]> _smoothings = new("--smooth")
    {
        Description = "how maps are smoothed: augmentation (six copies of the photo), eigen (the channels' first principal component); may be repeated",
        HelpName = "way",
    };

    /// <param name="defaultTopK">How many of the most probable classes are explained where none is named.</param>
    /// <param name="defaultMethods">The methods where none is named; null for the server's default.</param>
    public SubjectOptions(int defaultTopK = 1, IEnumerable<string>? defaultMethods = null)
    {
        _defaultTopK = defaultTopK;
        _defaultMethods = [.. defaultMethods ?? []];
        _terms.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => ClassNames.Term(token.Value) is null))
                result.AddError($"--term: '{token.Value}' is not CLASS=WEIGHT, such as \"tiger cat=0.5\"");
        });
        _topK.Aliases.Add("-k");
        _smoothings.AcceptOnly(MethodNames.Augmentation, MethodNames.Eigen);
        _methods.AcceptMethods(MethodNames.All);
        _score.AcceptOnly(Scores);
    }

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _classes, _topK, _terms, _score, _contrast, _model, _layers, _methods, _smoothings })
            command.Options.Add(option);
    }

    public string Model(ParseResult parsed) => parsed.GetValue(_model)!;

    public string[] Layers(ParseResult parsed) => parsed.GetValue(_layers) ?? [];

    public IEnumerable<ExplanationMethod> Methods(ParseResult parsed)
    {
        var smoothings = parsed.GetValue(_smoothings) ?? [];
        var names = parsed.GetValue(_methods) is { Length: > 0 } named ? named : _defaultMethods;

        // The server's default method can be smoothed only by its name.
        if (names.Length == 0 && smoothings.Length > 0)
            names = [DefaultMethod];
        foreach (var name in names)
        {
            var method = MethodNames.Parse(name);
            method.AugmentationSmoothing = smoothings.Contains(MethodNames.Augmentation) ? new AugmentationSmoothing() : null;
            method.ChannelReduction = smoothings.Contains(MethodNames.Eigen) ? ChannelReduction.PrincipalComponent : ChannelReduction.Unspecified;
            yield return method;
        }
    }

    public List<ClassTarget> Targets(ParseResult parsed)
    {
        var kind = Enum.Parse<ScoreKind>(parsed.GetValue(_score)!.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        var contrast = parsed.GetValue(_contrast) is { } other ? ClassNames.Reference(other) : null;
        var targets = (parsed.GetValue(_classes) ?? []).Select(ClassNames.Target).ToList();
        if (parsed.GetValue(_topK) is { } topK)
            targets.Add(new ClassTarget { TopK = topK });
        if (parsed.GetValue(_terms) is { Length: > 0 } terms)
            targets.Add(new ClassTarget { WeightedClasses = new WeightedClasses { Terms = { terms.Select(ClassNames.Term) } } });
        if (targets.Count == 0)
            targets.Add(new ClassTarget { TopK = _defaultTopK });
        foreach (var target in targets)
        {
            target.ScoreKind = kind;
            target.Contrast = contrast;
        }
        return targets;
    }
}

using System.CommandLine;
using System.Globalization;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The options that say what is asked of every photo.</summary>
internal sealed class QuestionOptions
{
    private static readonly string[] Forms = ["overlay", "heat-map", "raw", "boxes", "mask", "graded-mask", "peak"];

    private static readonly string[] Scores = ["logit", "probability", "log-probability", "counterfactual"];

    private readonly int _defaultTopK;

    private readonly Option<string[]> _classes = new("--class", "-c")
    {
        Description = "a class to explain, by index or label; may be repeated [default: the most probable class]",
        HelpName = "index|label",
    };

    private readonly Option<int?> _topK = new("--top-k", "-k")
    {
        Description = "explain this many of the most probable classes, 1 to 64",
        HelpName = "k",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var k))
                return k;
            result.AddError($"--top-k: '{result.Tokens[0].Value}' is not a whole number");
            return null;
        },
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

    private readonly Option<string[]> _outputs = new("--output")
    {
        Description = $"what to write for each map: {string.Join(", ", Forms)}; may be repeated",
        HelpName = "form",
        DefaultValueFactory = _ => ["overlay"],
    };

    private readonly Option<double?> _threshold = new("--threshold")
    {
        Description = "from which share of a map's maximum on boxes, masks and segments begin, 0 to 1 [default: 0.15]",
        HelpName = "share",
    };

    private readonly Option<string[]> _segments = new("--segment")
    {
        Description = $"write a picture of which class each pixel speaks for: {string.Join(", ", LabelRules.Names)}; needs several classes; may be repeated",
        HelpName = "rule",
    };

    private readonly Option<string> _colors = new("--color-map") { Description = "the colours", DefaultValueFactory = _ => "turbo" };

    private readonly Option<double> _opacity = new("--opacity")
    {
        Description = "the heat's share in an overlay, 0 to 1",
        DefaultValueFactory = _ => 0.5,
    };

    private readonly Option<string> _format = new("--format") { Description = "how pictures are written", DefaultValueFactory = _ => "png" };

    private readonly Option<int> _quality = new("--quality") { Description = "of JPEG and WebP, 1 to 100", DefaultValueFactory = _ => 90 };

    /// <param name="defaultTopK">How many of the most probable classes are explained where none is named.</param>
    public QuestionOptions(int defaultTopK = 1)
    {
        _defaultTopK = defaultTopK;
        _methods.AcceptOnlyFromAmong([.. MethodNames.All]);
        _score.AcceptOnlyFromAmong(Scores);
        _outputs.AcceptOnlyFromAmong(Forms);
        _segments.AcceptOnlyFromAmong([.. LabelRules.Names]);
        _colors.AcceptOnlyFromAmong("turbo", "viridis", "inferno", "jet", "grey");
        _format.AcceptOnlyFromAmong("png", "jpeg", "webp");
    }

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _classes, _topK, _score, _contrast, _model, _layers, _methods, _outputs, _threshold, _segments, _colors, _opacity, _format, _quality,
        ];
        foreach (var option in options)
            command.Options.Add(option);
    }

    /// <summary>The request that every photo is put into. The server checks its values.</summary>
    public ClassificationServiceExplainRequest Read(ParseResult parsed)
    {
        var request = new ClassificationServiceExplainRequest
        {
            Model = parsed.GetValue(_model),
            Layers = { parsed.GetValue(_layers) ?? [] },
            Targets = { Targets(parsed) },
            Methods = { (parsed.GetValue(_methods) ?? []).Select(MethodNames.Parse) },
            Outputs = { (parsed.GetValue(_outputs) ?? []).Select(form => Output(form, parsed)) },
            LabelImages = { (parsed.GetValue(_segments) ?? []).Select(rule => LabelImage(rule, parsed)) },
        };
        return request;
    }

    private List<ClassTarget> Targets(ParseResult parsed)
    {
        var kind = Enum.Parse<ScoreKind>(parsed.GetValue(_score)!.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        var contrast = parsed.GetValue(_contrast) is { } other ? Class(other) : null;
        var targets = (parsed.GetValue(_classes) ?? []).Select(text => Target(Class(text))).ToList();
        if (parsed.GetValue(_topK) is { } topK)
            targets.Add(new ClassTarget { TopK = topK });
        if (targets.Count == 0)
            targets.Add(new ClassTarget { TopK = _defaultTopK });
        foreach (var target in targets)
        {
            target.ScoreKind = kind;
            target.Contrast = contrast;
        }
        return targets;
    }

    private static ClassTarget Target(ClassReference reference) => reference.HasLabel
        ? new ClassTarget { Label = reference.Label }
        : new ClassTarget { ClassIndex = reference.ClassIndex };

    /// <summary>A class as people name it: a number is an index, all else a label.</summary>
    public static ClassReference Class(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
            ? new ClassReference { ClassIndex = index }
            : new ClassReference { Label = text };

    private MapOutput Output(string form, ParseResult parsed)
    {
        var colors = Enum.Parse<ColorMap>(parsed.GetValue(_colors)!, ignoreCase: true);
        var encoding = new ImageEncoding
        {
            Format = Enum.Parse<ImageFormat>(parsed.GetValue(_format)!, ignoreCase: true),
            Quality = parsed.GetValue(_quality),
        };
        return form switch
        {
            "raw" => new MapOutput { Raw = new RawMapOutput() },
            "boxes" => new MapOutput { Boxes = Boxes(parsed) },
            "mask" => new MapOutput { Mask = Mask(parsed) },
            "graded-mask" => new MapOutput { GradedMask = new GradedMaskOutput() },
            "peak" => new MapOutput { Peak = new PeakOutput() },
            "heat-map" => new MapOutput { HeatMap = new HeatMapOutput { ColorMap = colors, Encoding = encoding } },
            _ => new MapOutput { Overlay = new OverlayOutput { ColorMap = colors, Opacity = parsed.GetValue(_opacity), Encoding = encoding } },
        };
    }

    private BoxesOutput Boxes(ParseResult parsed)
    {
        var output = new BoxesOutput { Selection = BoxSelection.All };
        if (parsed.GetValue(_threshold) is { } threshold)
            output.Threshold = threshold;
        return output;
    }

    private MaskOutput Mask(ParseResult parsed)
    {
        var output = new MaskOutput();
        if (parsed.GetValue(_threshold) is { } threshold)
            output.Threshold = threshold;
        return output;
    }

    private LabelImageOutput LabelImage(string rule, ParseResult parsed)
    {
        var output = new LabelImageOutput { Rule = LabelRules.Parse(rule) };
        if (parsed.GetValue(_threshold) is { } threshold)
            output.Threshold = threshold;
        return output;
    }
}

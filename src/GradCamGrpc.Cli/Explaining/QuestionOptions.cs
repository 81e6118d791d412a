using System.CommandLine;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The options that say what is asked of every photo.</summary>
internal sealed class QuestionOptions
{
    private static readonly string[] Forms = ["overlay", "heat-map", "raw", "boxes", "mask", "graded-mask", "peak"];

    private static readonly string[] Fusions = ["mean", "maximum"];

    private readonly SubjectOptions _subject;

    private readonly Option<string?> _fusion = new("--fuse")
    {
        Description = "make one map of those of the layers: mean or maximum",
        HelpName = "rule",
    };

    private readonly Option<string[]> _outputs = new("--output")
    {
        Description = $"what to write for each map: {string.Join(", ", Forms)}; may be repeated",
        HelpName = "form",
        DefaultValueFactory = _ => ["overlay"],
    };

    private readonly Option<double?> _threshold = NumberOption.Create<double>(
        "--threshold",
        "from which share of a map's maximum on boxes, masks and segments begin, 0 to 1; where 0.15 takes in the whole square, 0.3 tells more [default: 0.15]",
        "share",
        "a number from 0 to 1");

    private readonly Option<string[]> _segments = new("--segment")
    {
        Description = $"write a picture of which class each pixel speaks for: {string.Join(", ", LabelRules.Names)}; needs several classes; may be repeated",
        HelpName = "rule",
    };

    private readonly Option<string> _colors = new("--color-map") { Description = "the colours", DefaultValueFactory = _ => "turbo" };

    private readonly Option<double> _opacity = NumberOption.Create(
        "--opacity", "the heat's share in an overlay, 0 to 1", "share", "a number from 0 to 1", value: 0.5);

    private readonly Option<string> _format = new("--format") { Description = "how pictures are written", DefaultValueFactory = _ => "png" };

    private readonly Option<int> _quality = NumberOption.Create(
        "--quality", "of JPEG and WebP, 1 to 100", "number", "a whole number from 1 to 100", value: 90);

    /// <param name="defaultTopK">How many of the most probable classes are explained where none is named.</param>
    /// <param name="defaultMethods">The methods where none is named; null for the server's default.</param>
    public QuestionOptions(int defaultTopK = 1, IEnumerable<string>? defaultMethods = null)
    {
        _subject = new SubjectOptions(defaultTopK, defaultMethods);
        _fusion.AcceptOnly(Fusions);
        _outputs.AcceptOnly(Forms);
        _segments.AcceptOnly(LabelRules.Names);
        _colors.AcceptOnly("turbo", "viridis", "inferno", "jet", "grey");
        _format.AcceptOnly("png", "jpeg", "webp");
    }

    public void AddTo(Command command)
    {
        _subject.AddTo(command);
        foreach (Option option in new Option[] { _fusion, _outputs, _threshold, _segments, _colors, _opacity, _format, _quality })
            command.Options.Add(option);
    }

    /// <summary>The request that every photo is put into. The server checks its values.</summary>
    public ClassificationServiceExplainRequest Read(ParseResult parsed)
    {
        var request = new ClassificationServiceExplainRequest
        {
            Model = _subject.Model(parsed),
            Layers = { _subject.Layers(parsed) },
            Targets = { _subject.Targets(parsed) },
            LayerFusion = parsed.GetValue(_fusion) is { } rule ? Enum.Parse<LayerFusion>(rule, ignoreCase: true) : LayerFusion.Unspecified,
            Methods = { _subject.Methods(parsed) },
            Outputs = { (parsed.GetValue(_outputs) ?? []).Select(form => Output(form, parsed)) },
            LabelImages = { (parsed.GetValue(_segments) ?? []).Select(rule => LabelImage(rule, parsed)) },
        };
        return request;
    }

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

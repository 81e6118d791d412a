using System.Globalization;
using System.Text.RegularExpressions;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>The options by which people set what requests call by the names of fields.</summary>
internal static partial class FieldOptions
{
    /// <summary>A part of a field's path and its option. The first that is in the path counts.</summary>
    private static readonly (string Part, string Option)[] ByPart =
    [
        ("weighted_classes", "--term"),
        ("contrast", "--contrast"),
        ("word_position", "--contrast"),
        ("alternative_word", "--alternative"),
        ("whole_caption", "--whole"),
        ("true_class", "--truth"),
        ("explained_class", "--class"),
        ("attacked_class", "--class"),
        ("top_k", "--top-k"),
        ("prediction_top_k", "--top-k"),
        ("score_kind", "--score"),
        ("answer", "--answer"),
        ("keyframe_threshold", "--keyframe"),
        ("threshold", "--threshold"),
        ("opacity", "--opacity"),
        ("quality", "--quality"),
        ("color_map", "--color-map"),
        ("label_images", "--segment"),
        ("outputs", "--output"),
        ("layer_fusion", "--fuse"),
        ("layers", "--layer"),
        ("models", "--model"),
        ("layer", "--layer"),
        ("model", "--model"),
        ("augmentation_smoothing", "--smooth"),
        ("channel_reduction", "--smooth"),
        ("methods", "--method"),
        ("method", "--method"),
        ("boxes", "--box"),
        ("measures", "--measure"),
        ("checkpoint_count", "--checkpoints"),
        ("step_count", "--steps"),
        ("step_size", "--step-size"),
        ("epsilon", "--epsilon"),
        ("beam_count", "--beams"),
        ("length_penalty", "--length-penalty"),
        ("top_p", "--top-p"),
        ("temperature", "--temperature"),
        ("banned_words", "--ban"),
        ("prefix", "--prefix"),
        ("min_words", "--min-words"),
        ("max_words", "--max-words"),
        ("smoothing_factor", "--smoothing"),
        ("frame_step", "--every"),
        ("questions", ""),
        ("targets", "--class"),
        ("target", "--class"),
        ("text", "--text"),
        ("image", ""),
        ("name", ""),
    ];

    /// <summary>The option that sets a field; empty for the photo, and the field itself where there is none.</summary>
    /// <param name="field">The field's path, such as <c>targets[0].label</c>.</param>
    public static string Of(string field)
    {
        string[] parts = [.. field.Split('.').Select(part => part.Split('[')[0])];
        var (found, option) = ByPart.FirstOrDefault(known => parts.Contains(known.Part));
        return found == "questions" ? OfQuestion(field, parts) : option ?? field;
    }

    private static string OfQuestion(string field, string[] parts)
    {
        if (parts.Contains("targets"))
            return "--answer";
        return Question().Match(field) is { Success: true } question
            ? $"question {int.Parse(question.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 1}"
            : "questions";
    }

    [GeneratedRegex(@"^questions\[([0-9]{1,6})\]")]
    private static partial Regex Question();
}

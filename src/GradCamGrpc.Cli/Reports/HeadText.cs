using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Spectre.Console;
using static GradCamGrpc.Cli.Reports.TableText;

namespace GradCamGrpc.Cli.Reports;

/// <summary>Captions and answers, in words.</summary>
internal sealed class HeadText(IAnsiConsole console) : ConsoleText(console)
{
    public void Captioned(CaptionAnswer answer, WrittenComparison written)
    {
        Heading(written.Photo);
        Console.WriteLine("  log-probability (natural logarithm) and caption:");
        foreach (var caption in answer.Prediction.Captions)
            Console.MarkupLineInterpolated($"  {Figure(caption.LogProbability),8}  {caption.Text}");
        var best = answer.Prediction.Captions[0];
        var words = best.Words.Select(word => $"{word.Text} {Figure(word.LogProbability)}");
        Console.MarkupLineInterpolated($"  log-probabilities of the first one's words: {string.Join(", ", words)}, (end) {Figure(best.EndLogProbability)}");
        Blank(answer.Maps);
        Pictures(written);
    }

    public void Answered(AnsweredPhoto answer, WrittenComparison written)
    {
        Heading(written.Photo);
        for (var i = 0; i < answer.Prediction.Questions.Count; i++)
        {
            var question = answer.Prediction.Questions[i];
            var unknown = question.Words.Where(word => word.IsUnknown).Select(word => word.Text).ToArray();
            Console.MarkupLineInterpolated(
                $"  [bold]{string.Join(' ', question.Words.Select(word => word.Text))}[/]{(unknown.Length > 0 ? $" (not known: {string.Join(", ", unknown)})" : "")}");
            foreach (var given in question.Answers)
                Console.MarkupLineInterpolated($"  {given.Probability,6:P1}  {given.Text}");
            foreach (var leftOut in answer.LeftOut.Where(leftOut => leftOut.QuestionIndex == i))
            {
                var isContrast = leftOut.Contrast.Length > 0;
                var words = leftOut.Words.Select(word => $"{word.Word.Text} {Figure(isContrast ? word.MarginChange : word.LogProbabilityChange)}");
                var gains = isContrast ? $"{leftOut.Text} rather than {leftOut.Contrast}" : $"the log-probability of {leftOut.Text}";
                Console.MarkupLineInterpolated($"  what {gains} gains without: {string.Join(", ", words)}");
            }
        }
        Blank(answer.Maps);
        Pictures(written);
    }

    /// <summary>Names the maps of a strip that have nothing on them.</summary>
    private void Blank(IEnumerable<SaliencyMap> maps)
    {
        foreach (var map in maps.Where(map => map.AllZero))
            Console.MarkupLineInterpolated($"  {Subjects.Question(map.Provenance.Score)}: {Nothing(map)}");
    }
}

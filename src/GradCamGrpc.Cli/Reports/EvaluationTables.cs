using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Grounding;
using GradCamGrpc.Training.Answers;
using GradCamGrpc.Training.Captions;
using GradCamGrpc.Training.Metrics;
using Spectre.Console;
using static GradCamGrpc.Cli.Reports.TableText;

namespace GradCamGrpc.Cli.Reports;

/// <summary>What <c>gradcam eval</c> measured on data, for people.</summary>
internal sealed class EvaluationTables(IAnsiConsole console)
{
    public void Localization(LocalizationResult result)
    {
        console.MarkupLineInterpolated($"[bold]{result.Model}[/] at {result.Layer}, {result.PhotoCount} photos: the first class is right on {Percent(result.Top1)} %");
        console.WriteLine();
        console.WriteLine("% of photos where the box of what is warmer than a share of the maximum fits (IoU 0.5):");
        var fits = LocalizationTable("peak", "energy");
        foreach (var method in result.Methods)
            fits.AddRow([method.Method, .. method.Localization.Select(Percent), Percent(method.Pointing), Percent(method.EnergyInside)]);
        console.Write(fits);
        console.WriteLine("peak: % of photos where the map's maximum lies in a box; energy: % of the map in the boxes");
        console.WriteLine();
        console.WriteLine("% of photos where the first class is right, too:");
        var both = LocalizationTable();
        foreach (var method in result.Methods)
            both.AddRow([method.Method, .. method.Top1Localization.Select(Percent)]);
        console.Write(both);

        var baselines = result.Baselines;
        console.MarkupLineInterpolated(
            $"without a network: the best centred box ({Percent(baselines.WidthShare)} % x {Percent(baselines.HeightShare)} % of the photo) fits on {Percent(baselines.CentredBox)} %, the middle lies in a box on {Percent(baselines.CentrePixel)} %, the boxes cover {Percent(baselines.BoxArea)} %");
        var choice = result.Choice;
        console.MarkupLineInterpolated(
            $"chosen on the photos 1, 3, 5 …: {choice.Method} at {Share(choice.Share)} ({Percent(choice.Chosen)} %); on the photos 2, 4, 6 …: [bold]{Percent(choice.HeldOut)} %[/]");
    }

    public void Faithfulness(FaithfulnessResult result)
    {
        console.MarkupLineInterpolated($"[bold]{result.Model}[/] at {result.Layer}, {result.PhotoCount} photos, curves of {result.Steps} steps");
        var table = new Table().AddColumn("method").AddColumns(Right("insertion"), Right("deletion"), Right("occlusion"));
        foreach (var method in result.Methods)
            table.AddRow(Markup.Escape(method.Method), Figure(method.Insertion), Figure(method.Deletion), Figure(method.OcclusionCorrelation));
        console.Write(table);
        console.WriteLine("insertion, deletion: the area under the curve of the class's probability, the more and the less the better;");
        console.WriteLine("occlusion: the rank correlation with what is lost where a patch covers the photo");
    }

    public void Discrimination(DiscriminationResult result)
    {
        console.MarkupLineInterpolated(
            $"[bold]{result.Model}[/] at {result.Layer}, {result.PairCount} pairs of photos side by side; on {result.KnownPairCount} both classes are among the {result.KnownRank} first");
        var table = new Table().AddColumn("method").AddColumns(Right("correlation"), Right("own half"), Right("energy there"), Right("blank"));
        foreach (var method in result.Methods)
        {
            table.AddRow(
                Markup.Escape(method.Method),
                Figure(method.Correlation),
                Percent(method.OwnHalf),
                Percentages.Precise(method.OwnHalfEnergy),
                $"{method.BlankMaps}");
        }
        console.Write(table);
        console.WriteLine("correlation: the rank correlation of the maps of both classes, 1 where they are the same;");
        console.WriteLine("own half: % of maps with more than half of their energy in the half of their class, by chance 50; energy there: % of it, the mean;");
        console.WriteLine("blank: maps in which nothing speaks for the class");
    }

    public void Comparison(ClassComparison result)
    {
        console.MarkupLineInterpolated($"[bold]{result.Photo}[/] by {result.Model} at {result.Layer}");
        foreach (var compared in new[] { result.First, result.Second })
            console.MarkupLineInterpolated($"  {compared.Probability,6:P1}  {compared.Label} ({compared.ClassIndex}), number {compared.Rank}");
        var table = new Table().AddColumn("method").AddColumns(Right("correlation"));
        foreach (var method in result.Methods)
            table.AddRow(Markup.Escape(method.Method), Figure(method.Correlation));
        console.Write(table);
        console.WriteLine("correlation: the rank correlation of the maps of both classes, 1 where they are the same");
    }

    public void Classification(ClassificationResult result)
    {
        console.MarkupLineInterpolated(
            $"[bold]{result.Model}[/], {result.PhotoCount} photos of {result.ClassCount} classes; % with their class in front, and 95 % intervals:");
        var table = new Table().AddColumn("the network sees").AddColumns(
            Right($"first {ClassificationFigures.First}"), Right($"first {ClassificationFigures.FirstFive}"));
        foreach (var view in result.Views)
            table.AddRow(view.View, Interval(view.Top1), Interval(view.Top5));
        console.Write(table);
    }

    public void Precision(PrecisionResult result)
    {
        console.MarkupLineInterpolated($"[bold]{result.Model}[/], {result.PhotoCount} photos as served, Grad-CAM of each photo's class; differences are from the first line:");
        var table = new Table().AddColumn("way").AddColumns(
            Right("first, %"), Right("same first, %"), Right("probability"), Right("rank"), Right("map"), Right("decode, ms"), Right("network, ms"));
        foreach (var way in result.Ways)
        {
            table.AddRow(
                way.Way,
                Percent(way.Top1),
                Percent(way.SameTop1),
                Figure(way.ProbabilityChange),
                Figure(way.MapRank),
                Figure(way.MapDifference),
                Figure(way.DecodeMilliseconds),
                Figure(way.NetworkMilliseconds));
        }
        console.Write(table);
        console.WriteLine("probability: its largest change; rank: the maps' mean rank correlation; map: their largest difference, in shares of a map's maximum");
        if (result.Bf16Objection is { } objection)
            console.MarkupLineInterpolated($"no bf16: it {objection}");
    }

    public void Captions(CaptionQuality quality)
    {
        var (name, scores) = (quality.Model, quality.Scores);
        console.MarkupLineInterpolated($"[bold]{name}[/], {quality.PhotoCount} photos of the {quality.Split} split, beams: {quality.Beams}");
        var table = new Table().AddColumns(
            Right("BLEU-1"), Right("BLEU-2"), Right("BLEU-3"), Right("BLEU-4"), Right("CIDEr-D"), Right("ROUGE-L"), Right("METEOR, exact words"));
        table.AddRow(
            Percent(scores.Bleu1),
            Percent(scores.Bleu2),
            Percent(scores.Bleu3),
            Percent(scores.Bleu4),
            Figure(scores.Cider),
            Percent(scores.RougeL),
            Percent(scores.ExactMeteor));
        console.Write(table);
    }

    public void Answers(AnswerQuality quality)
    {
        foreach (var set in quality.Sets)
        {
            console.MarkupLineInterpolated($"[bold]{quality.Model}[/], {set.Data}, {set.PhotoCount} photos; % answered rightly, and 95 % intervals:");
            var hasBlind = set.Kinds[0].QuestionsOnly is not null;
            var table = new Table().AddColumn("asked for").AddColumns(
                Right("questions"), Right("answer known"), Right("with the photo"), Right("another photo"), Right("no photo"));
            if (hasBlind)
                table.AddColumn(Right("model without photos"));
            foreach (var kind in set.Kinds)
            {
                string[] row =
                [
                    kind.Kind, $"{kind.QuestionCount}", Percent(kind.Known), Interval(kind.Photo), Interval(kind.OtherPhoto), Interval(kind.NoPhoto),
                ];
                table.AddRow(hasBlind ? [.. row, Interval(kind.QuestionsOnly!)] : row);
            }
            console.Write(table);
        }
        console.WriteLine("right is the whole answer alone; answer known: % whose true answer is among those that the head can give");
    }

    public void Grounding(GroundingResult result)
    {
        console.MarkupLineInterpolated(
            $"[bold]{result.Model}[/], {result.PhotoCount} photos of the {result.Split} split; {Pixels(100 * Cover.Share)} % of the photo gets its mean colour");
        if (result.Words.Count > 0)
        {
            console.WriteLine("what log-probabilities of words lose, and 95 % intervals, where is covered:");
            console.Write(LossTable("word", result.Words, FigureInterval));
        }
        if (result.Answers.Count > 0)
        {
            console.WriteLine("what probabilities of answers lose, % points, where is covered:");
            console.Write(LossTable("asked for", result.Answers, Interval));
        }
        console.WriteLine("others' most: where maps of other nouns of the caption, or of other answers about the photo, are largest; -: differences, one by one");
        if (result.Agreement is not { } agreement)
            return;
        console.MarkupLineInterpolated(
            $"rank correlations of maps of nouns that two people's captions of a photo share, {agreement.PhotoCount} photos:");
        var table = new Table().AddColumns(Right("the same noun, both captions"), Right("another noun, the other caption"), Right("another noun, the same caption"));
        table.AddRow(FigureInterval(agreement.SameNoun), FigureInterval(agreement.OtherNoun), FigureInterval(agreement.OneCaption));
        console.Write(table);
    }

    private static Table LossTable(string kind, IReadOnlyList<GroundingFigures> losses, Func<BootstrapInterval, string> text)
    {
        var table = new Table().AddColumn(kind).AddColumns(
            Right("count"), Right("its most"), Right("random"), Right("its least"), Right("others' most"), Right("most - random"), Right("most - others'"));
        foreach (var loss in losses)
        {
            table.AddRow(
                loss.Kind,
                $"{loss.Count}",
                text(loss.Most),
                text(loss.Random),
                text(loss.Least),
                loss.Other is { } other ? text(other) : "-",
                text(loss.MostOverRandom),
                loss.MostOverOther is { } over ? text(over) : "-");
        }
        return table;
    }

    private static Table LocalizationTable(params string[] more) => new Table()
        .AddColumn("method")
        .AddColumns([.. MapOutcome.Shares.Select(Share).Concat(more).Select(Right)]);
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam perturb PHOTO…</c></summary>
internal static class PerturbCommand
{
    private const string OneStep = "fgsm";
    private const string SeveralSteps = "pgd";

    public static Command Create()
    {
        var attacked = new Option<string?>("--class", "-c")
        {
            Description = "the class to lose [default: the most probable one]",
            HelpName = "index|label",
        };
        var attack = new Option<string>("--attack") { Description = $"how: {OneStep}, in one step, or {SeveralSteps}", DefaultValueFactory = _ => OneStep };
        attack.AcceptOnly(OneStep, SeveralSteps);
        var epsilon = Share("--epsilon", "how far a colour moves at most, as a share of its range, such as 0.01 or 2/255 [default: 2/255]");
        var stepSize = Share("--step-size", $"{SeveralSteps}: how far it moves in a step [default: a quarter of epsilon]");
        var steps = NumberOption.Create<int>("--steps", $"{SeveralSteps}: steps, 1 to 100 [default: 10]", "count", "a whole number from 1 to 100");
        var seed = NumberOption.Create<ulong>(
            "--start-seed", $"{SeveralSteps}: start at the random place of this seed", "seed", $"a whole number from 0 to {ulong.MaxValue}");
        var run = new ComparisonRun();
        var model = ModelOptions.OfClasses();
        var maps = MapOptions.OfClasses();
        var command = new Command("perturb", "Change photos by so little that nobody sees it, so that a class is lost; show its maps before and after.")
        {
            attacked, attack, epsilon, stepSize, steps, seed,
        };
        run.AddTo(command);
        model.AddTo(command);
        maps.AddTo(command);
        command.Validators.Add(result =>
        {
            foreach (var option in new Option[] { stepSize, steps, seed })
            {
                if (result.GetResult(option) is not null && result.GetValue(attack) != SeveralSteps)
                    result.AddError($"{option.Name} goes with --attack {SeveralSteps}");
            }
        });
        command.SetAction((parsed, cancellation) => run.RunAsync(
            parsed,
            async (server, photo) =>
            {
                var request = new PerturbRequest
                {
                    Model = model.Model(parsed),
                    Image = photo,
                    AttackedClass = parsed.GetValue(attacked) is { } text ? ClassNames.Reference(text) : null,
                    Layer = model.Layer(parsed),
                    Method = maps.Method(parsed),
                    Outputs = { maps.Overlay(parsed) },
                };
                if (parsed.GetValue(attack) == SeveralSteps)
                    request.Pgd = Pgd(parsed.GetValue(epsilon), parsed.GetValue(stepSize), parsed.GetValue(steps), parsed.GetValue(seed));
                else
                    request.Fgsm = Fgsm(parsed.GetValue(epsilon));
                return await server.Comparison.PerturbAsync(request, cancellationToken: cancellation);
            },
            Pictures,
            (report, answer, written) => report.Perturbed(answer, written),
            "perturb",
            cancellation));
        return command;
    }

    private static Fgsm Fgsm(double? epsilon)
    {
        var fgsm = new Fgsm();
        if (epsilon is { } far)
            fgsm.Epsilon = far;
        return fgsm;
    }

    private static Pgd Pgd(double? epsilon, double? stepSize, int? steps, ulong? seed)
    {
        var pgd = new Pgd();
        if (epsilon is { } far)
            pgd.Epsilon = far;
        if (stepSize is { } size)
            pgd.StepSize = size;
        if (steps is { } count)
            pgd.StepCount = count;
        if (seed is { } start)
            pgd.RandomStart = new RandomStart { Seed = start };
        return pgd;
    }

    private static PictureCell[] Pictures(PerturbResponse answer)
    {
        var label = Captions.ShortLabel(answer.Before.ExplainedClass.Score.Label);
        return
        [
            PictureCell.Of("before", $"before: {label}", answer.Before.Map),
            PictureCell.Of("after", $"after: {label}", answer.After.Map),
            new PictureCell("photo", $"as changed: {Captions.ShortLabel(answer.After.Prediction.Classes[0].Label)}", answer.ChangedPhoto.Data),
        ];
    }

    private static Option<double?> Share(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "share",
        CustomParser = result => Share(name, result),
    };

    private static double? Share(string name, ArgumentResult result)
    {
        // 2/255 is what the literature writes.
        var parts = result.Tokens[0].Value.Split('/');
        var numbers = parts.Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN);
        switch (numbers.ToArray())
        {
            case [var share] when double.IsFinite(share):
                return share;
            case [var part, var whole] when double.IsFinite(part / whole):
                return part / whole;
            default:
                result.AddError($"{name}: '{result.Tokens[0].Value}' is not a number such as 0.01 or 2/255");
                return null;
        }
    }
}

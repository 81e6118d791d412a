using System.CommandLine;
using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Evaluation;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam eval classification --data DIR</c></summary>
internal static class EvalClassificationCommand
{
    public static Command Create()
    {
        var options = new LabelledPhotosOptions();
        var command = new Command("classification", "Measure how often the model finds what is on photos.");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var question = options.Question(parsed, []);
            return EvaluationRun.RunAsync(
                options.Json(parsed),
                () => new EvaluationSubject(question, labels => LabelledPhotos.Read(question.Data, labels)),
                subject => subject.Photos.Count,
                (subject, done) => new ClassificationEvaluation(subject).Run(done, cancellation),
                (report, result) => report.Classification(result));
        });
        return command;
    }
}

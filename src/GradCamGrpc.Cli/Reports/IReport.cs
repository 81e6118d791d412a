using GradCamGrpc.Cli.Auditing;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Evidence;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Grounding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Training.Answers;
using GradCamGrpc.Training.Captions;

namespace GradCamGrpc.Cli.Reports;

/// <summary>Tells somebody what a command found.</summary>
internal interface IReport
{
    /// <summary>Runs work of several steps and may show how far it is.</summary>
    /// <param name="what">What is counted, such as "photos".</param>
    /// <param name="steps">How many.</param>
    /// <param name="work">The work; it calls its argument after each step, from any thread.</param>
    Task RunAsync(string what, int steps, Func<Action, Task> work);

    void Photo(ExplainedPhoto photo);

    void ContactSheet(string file);

    void Models(IEnumerable<Model> models);

    void Model(Model model);

    /// <param name="model">A model.</param>
    /// <param name="classes">Those of its classes whose labels are told.</param>
    void Labels(Model model, IReadOnlyList<int> classes);

    void Captioned(CaptionAnswer answer, WrittenComparison written);

    void Answered(AnsweredPhoto answer, WrittenComparison written);

    void Compared(CompareClassesResponse answer, WrittenComparison written);

    void ComparedModels(CompareModelsResponse answer, WrittenComparison written);

    void Perturbed(PerturbResponse answer, WrittenComparison written);

    void Localization(LocalizationResult result);

    void Faithfulness(FaithfulnessResult result);

    void Evidence(JudgedPhoto photo);

    void Sanity(SanityCheckedPhoto photo);

    void Sanity(SanityResult result);

    void Audit(AuditResult result, AuditFiles files);

    void Discrimination(DiscriminationResult result);

    void Comparison(ClassComparison result);

    void Classification(ClassificationResult result);

    void Precision(PrecisionResult result);

    void Captions(CaptionQuality quality);

    void Answers(AnswerQuality quality);

    void Grounding(GroundingResult result);

    void Fault(string message);

    /// <summary>What went wrong with one photo.</summary>
    void Fault(string photo, string message);
}

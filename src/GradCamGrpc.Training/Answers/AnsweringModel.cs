using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Answers;

/// <summary>A model's head that answers questions, and what it knows.</summary>
/// <param name="Head">The head, in evaluation mode.</param>
/// <param name="Words">The words of questions.</param>
/// <param name="Answers">The answers.</param>
internal sealed record AnsweringModel(AnswerHead Head, Vocabulary Words, AnswerVocabulary Answers) : IDisposable
{
    /// <exception cref="InvalidDataException">The model has no answering head.</exception>
    public static AnsweringManifest ManifestOf(ModelFolder folder) =>
        folder.Manifest.Answering ?? throw new InvalidDataException($"the model '{folder.Manifest.Name}' in {folder.Path} has no answering head");

    /// <exception cref="InvalidDataException">The model has no answering head.</exception>
    public static AnsweringModel Of(ModelFolder folder)
    {
        var answers = AnswerVocabulary.Read(Path.Combine(folder.Path, ManifestOf(folder).Answers));
        var (head, words, _) = folder.BuildAnswerHead();
        return new AnsweringModel(head, words, answers);
    }

    public void Dispose() => Head.Dispose();
}

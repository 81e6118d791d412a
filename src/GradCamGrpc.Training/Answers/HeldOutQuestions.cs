using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Answers;

/// <summary>Questions about photos that training has not seen.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Images">The folder of their photos.</param>
/// <param name="Examples">The questions; at least one.</param>
public sealed record HeldOutQuestions(string Name, string Images, IReadOnlyList<QuestionExample> Examples)
{
    /// <summary>About how many photos they are.</summary>
    public int PhotoCount { get; } = Examples.Select(example => example.Image).Distinct(StringComparer.Ordinal).Count();

    /// <summary>DAQUAR's test questions.</summary>
    /// <param name="folder">DAQUAR's folder.</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A line is wrong, or there are no questions.</exception>
    public static HeldOutQuestions OfRooms(string folder) => Of("DAQUAR, test questions", folder, DaquarFiles.Read(folder).Test);

    /// <summary>Questions made of captions.</summary>
    /// <param name="folder">Flickr8k's folder.</param>
    /// <param name="split">The split: <c>test</c> or <c>dev</c>.</param>
    /// <param name="seed">Decides which questions are asked (see <see cref="CaptionQuestions"/>).</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A line is wrong, or the captions make no questions.</exception>
    public static HeldOutQuestions OfCaptions(string folder, string split, int seed) => Of(
        $"questions made of the captions of Flickr8k's {split} split",
        folder,
        [.. new CaptionQuestions(seed).Of(PhotoCaptions.Read(folder, $"{split}.txt"))]);

    private static HeldOutQuestions Of(string name, string folder, IReadOnlyList<QuestionExample> examples) => examples.Count > 0
        ? new HeldOutQuestions(name, Path.Combine(folder, "images"), examples)
        : throw new InvalidDataException($"{folder} has no questions ({name})");
}

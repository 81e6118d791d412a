using GradCamGrpc.TestData;

namespace GradCamGrpc.Training.Tests;

/// <summary>Two committed photos with captions and questions, laid out as Flickr8k and DAQUAR are.</summary>
internal sealed class MiniatureData : IDisposable
{
    private static readonly string[] Photos = ["astronaut.png", "chelsea.png"];

    public MiniatureData()
    {
        Directory.CreateDirectory(PathOf("images"));
        foreach (var photo in Photos)
            File.Copy(Path.Combine(TestFolders.Repository, "tests", "photos", photo), PathOf("images", photo));
        Write("captions.tsv", Photos.SelectMany(photo => Enumerable.Repeat($"{photo}\tA {Thing(photo)} looks at you .", 5)));
        Write("train.txt", Photos);
        Write("dev.txt", Photos[..1]);
        Write("test.txt", Photos[1..]);
        Write("train.tsv", Photos.SelectMany(photo => Enumerable.Repeat($"{photo}\twhat is in the photo ?\t{Thing(photo)}", 3)));
        Write("test.tsv", ["other.png\twhat is in the photo ?\tcat"]);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Adds test questions about a copy of one of the photos.</summary>
    public void AskAbout(string photo, string original, string[] questions)
    {
        File.Copy(PathOf("images", original), PathOf("images", photo));
        var others = File.ReadAllLines(PathOf("test.tsv")).Where(line => !line.StartsWith("other.png", StringComparison.Ordinal));
        Write("test.tsv", [.. others, .. questions.Select(question => $"{photo}\t{question}")]);
    }

    /// <summary>Gives each of the two photos the other's name.</summary>
    public void SwapPhotos()
    {
        File.Move(PathOf("images", Photos[0]), PathOf("images", "aside.png"));
        File.Move(PathOf("images", Photos[1]), PathOf("images", Photos[0]));
        File.Move(PathOf("images", "aside.png"), PathOf("images", Photos[1]));
    }

    private static string Thing(string photo) => photo == Photos[0] ? "woman" : "cat";

    private void Write(string name, IEnumerable<string> lines) => File.WriteAllLines(PathOf(name), lines);
}

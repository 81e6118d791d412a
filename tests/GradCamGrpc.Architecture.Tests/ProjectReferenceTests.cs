using System.Xml.Linq;

namespace GradCamGrpc.Architecture.Tests;

public sealed class ProjectReferenceTests
{
    /// <summary>What each project may reference: leaves see nobody but the tensors beneath them, the server and training the leaves, the command line all.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["GradCamGrpc.Imaging"] = [],
        ["GradCamGrpc.Tensors"] = [],
        ["GradCamGrpc.Models"] = ["GradCamGrpc.Tensors"],
        ["GradCamGrpc.Explain"] = ["GradCamGrpc.Tensors"],
        ["GradCamGrpc.Batching"] = [],
        ["GradCamGrpc.Training"] = ["GradCamGrpc.Tensors", "GradCamGrpc.Imaging", "GradCamGrpc.Models"],
        ["GradCamGrpc.Server"] = ["GradCamGrpc.Tensors", "GradCamGrpc.Imaging", "GradCamGrpc.Models", "GradCamGrpc.Explain", "GradCamGrpc.Batching"],
        ["GradCamGrpc.Cli"] =
        [
            "GradCamGrpc.Server", "GradCamGrpc.Imaging", "GradCamGrpc.Models", "GradCamGrpc.Explain", "GradCamGrpc.Batching",
            "GradCamGrpc.Training", "GradCamGrpc.Tensors",
        ],
    };

    /// <summary>Packages that a leaf exists to do without.</summary>
    private static readonly Dictionary<string, string[]> Forbidden = new(StringComparer.Ordinal)
    {
        ["GradCamGrpc.Imaging"] = ["TorchSharp", "Grpc"],
        ["GradCamGrpc.Batching"] = ["TorchSharp", "Grpc", "SkiaSharp"],
        ["GradCamGrpc.Explain"] = ["Grpc", "SkiaSharp"],
        ["GradCamGrpc.Models"] = ["Grpc", "SkiaSharp"],
        ["GradCamGrpc.Training"] = ["Grpc", "SkiaSharp"],
    };

    public static TheoryData<string> Projects => [.. Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories).Select(NameOf)];

    private static string Source => Path.Combine(RepositoryFolder.Path, "src");

    [Theory, MemberData(nameof(Projects))]
    public void Project_References_AreThoseItMayHave(string project)
    {
        var references = Items(project, "ProjectReference").Select(NameOf);

        Assert.Empty(references.Except(Allowed[project]));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Project_Packages_AreNoneThatItMustDoWithout(string project)
    {
        foreach (var package in Items(project, "PackageReference"))
            Assert.DoesNotContain(Forbidden.GetValueOrDefault(project, []), forbidden => package.StartsWith(forbidden, StringComparison.Ordinal));
    }

    [Fact]
    public void Solution_Projects_AreAllThereAre()
    {
        var solution = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "GradCamGrpc.sln"));

        foreach (var project in Directory.GetFiles(RepositoryFolder.Path, "*.csproj", SearchOption.AllDirectories))
            Assert.Contains($"{NameOf(project)}.csproj\"", solution, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_AnyProject_AreInOnePlace()
    {
        foreach (var project in Directory.GetFiles(RepositoryFolder.Path, "*.csproj", SearchOption.AllDirectories))
            Assert.All(XDocument.Load(project).Descendants("PackageReference"), package => Assert.Null(package.Attribute("Version")));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Source, project, $"{project}.csproj")).Descendants(kind).Select(item => item.Attribute("Include")!.Value);

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}

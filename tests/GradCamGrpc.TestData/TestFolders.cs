namespace GradCamGrpc.TestData;

/// <summary>
/// The folders of golden cases and data: <c>GRADCAM_GOLDEN</c> and <c>GRADCAM_DATA</c>, else <c>shared/golden</c> and
/// <c>shared/data</c> beside the repository.
/// </summary>
public static class TestFolders
{
    /// <summary>The root of this repository.</summary>
    public static string Repository { get; } = FindRepository(AppContext.BaseDirectory);

    /// <summary>A file of the golden cases. The test is skipped where it is absent, and fails where <c>CI=true</c>.</summary>
    public static string Golden(string relativePath) => Require("GRADCAM_GOLDEN", "golden", relativePath);

    /// <summary>A file of the test data. The test is skipped where it is absent, and fails where <c>CI=true</c>.</summary>
    public static string Data(string relativePath) => Require("GRADCAM_DATA", "data", relativePath);

    /// <summary>
    /// The cases of a theory, by what a file of the golden cases lists. Where it is absent there is one case, which is skipped and says
    /// why; where <c>CI=true</c> it fails.
    /// </summary>
    public static TheoryData<string> GoldenCases(string relativePath, Func<IEnumerable<string>> keys)
    {
        var path = Locate("GRADCAM_GOLDEN", "golden", relativePath);
        if (File.Exists(path))
            return [.. keys()];
        if (IsCI)
            throw new FileNotFoundException(Absence("GRADCAM_GOLDEN", path));
        return new TheoryData<string> { new TheoryDataRow<string>("absent") { Skip = Absence("GRADCAM_GOLDEN", path) } };
    }

    private static bool IsCI => Environment.GetEnvironmentVariable("CI") == "true";

    private static string Require(string variable, string folder, string relativePath)
    {
        var path = Locate(variable, folder, relativePath);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            if (IsCI)
                Assert.Fail(Absence(variable, path));
            Assert.Skip(Absence(variable, path));
        }
        return path;
    }

    private static string Absence(string variable, string path) =>
        $"{path} does not exist: set {variable} to the folder that has {Path.GetFileName(path)}";

    private static string Locate(string variable, string folder, string relativePath)
    {
        var root = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
            ? named
            : Path.Combine(Repository, "..", "shared", folder);
        return Path.GetFullPath(Path.Combine(root, relativePath));
    }

    private static string FindRepository(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "GradCamGrpc.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"no folder above {start} holds GradCamGrpc.sln");
    }
}

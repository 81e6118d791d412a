using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.TestData;

/// <summary>The model in this repository.</summary>
public static class EmbeddedModel
{
    public static string Path { get; } = System.IO.Path.Combine(TestFolders.Repository, "models", "embedded");

    public static ModelFolder Read() => ModelFolder.Read(Path);
}

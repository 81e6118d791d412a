namespace GradCamGrpc.Models.Repository;

/// <summary>Finds models on disk.</summary>
public static class ModelRepository
{
    /// <summary>Reads one model folder, or every model folder directly inside a folder of them.</summary>
    /// <param name="path">A folder with a <c>model.json</c>, or a folder of such folders.</param>
    /// <returns>The models in the order of their names; at least one.</returns>
    /// <exception cref="InvalidModelException">A folder cannot be served, there is none, or two have the same name.</exception>
    public static IReadOnlyList<ModelFolder> Read(string path)
    {
        var models = Folders(path).Select(ModelFolder.Read).OrderBy(model => model.Manifest.Name, StringComparer.Ordinal).ToArray();
        if (models.Length == 0)
            throw new InvalidModelException(path, [$"neither it nor a folder in it holds a {ModelFolder.ManifestFile}"]);
        foreach (var group in models.GroupBy(model => model.Manifest.Name, StringComparer.Ordinal))
        {
            if (group.Count() > 1)
                throw new InvalidModelException(path, [$"{string.Join(" and ", group.Select(model => model.Path))} are both named '{group.Key}'"]);
        }
        return models;
    }

    /// <summary>The model folders, unread: the folder itself, or those directly inside it. Names that begin with a dot are left aside.</summary>
    /// <param name="path">A folder with a <c>model.json</c>, or a folder of such folders.</param>
    /// <exception cref="InvalidModelException">There is no such folder.</exception>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static IReadOnlyList<string> Folders(string path)
    {
        if (!Directory.Exists(path))
            throw new InvalidModelException(path, ["there is no such folder"]);
        if (IsModel(path))
            return [path];
        return [.. Directory.GetDirectories(path).Where(folder => IsModel(folder) && !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal)];
    }

    private static bool IsModel(string folder) => File.Exists(Path.Combine(folder, ModelFolder.ManifestFile));
}

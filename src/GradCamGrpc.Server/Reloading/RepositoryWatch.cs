using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Server.Reloading;

/// <summary>
/// Finds out what has changed in a repository from how its folders look, time and again. A change counts once two looks in a row see the same:
/// what is just being copied looks different each time.
/// </summary>
internal sealed class RepositoryWatch
{
    private readonly Dictionary<string, FolderStamp?> _dealtWith = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, FolderStamp?>? _seen;

    /// <summary>The folders that were dealt with.</summary>
    public IReadOnlyCollection<string> Known => _dealtWith.Keys;

    /// <summary>Takes a look. The very first counts at once: what is there when the server starts is there.</summary>
    /// <param name="folders">How the folders look that there are; null for one that changes at this moment.</param>
    /// <returns>What is to be dealt with.</returns>
    public RepositoryChanges Look(IReadOnlyDictionary<string, FolderStamp?> folders)
    {
        var before = _seen ?? folders;
        _seen = folders;
        return new RepositoryChanges(
            [
                .. folders
                    .Where(folder => folder.Value is not null && folder.Value == before.GetValueOrDefault(folder.Key))
                    .Where(folder => folder.Value != _dealtWith.GetValueOrDefault(folder.Key))
                    .Select(folder => folder.Key)
                    .Order(StringComparer.Ordinal),
            ],
            [.. _dealtWith.Keys.Where(folder => !folders.ContainsKey(folder) && !before.ContainsKey(folder)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>A folder was loaded, or refused, as it looked at the last look.</summary>
    public void DealtWith(string folder) => _dealtWith[folder] = _seen![folder];

    /// <summary>A folder is to be dealt with once more, though it looks as it did.</summary>
    public void Retry(string folder) => _dealtWith[folder] = null;

    /// <summary>What came from a folder that is gone was dealt with.</summary>
    public void Forget(string folder) => _dealtWith.Remove(folder);
}

using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Reloading;

/// <summary>Makes what is served what is in the folders, look by look. Where there is nothing to be seen, nothing changes.</summary>
internal sealed class RepositoryFollower(ServerOptions options, ModelChanges models, ILogger<RepositoryFollower> logger)
{
    private readonly RepositoryWatch _watch = new();
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private string? _fault;

    /// <summary>Takes a look, and deals with what has changed since. One look at a time.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (TryDescribe() is not { } folders)
            return;
        var changes = _watch.Look(folders);
        var hasRoom = changes.Gone.Count > 0;
        _waiting.IntersectWith(folders.Keys);

        // First what comes: a model that moves to another folder is there all the time.
        foreach (var folder in changes.Changed)
        {
            var outcome = await models.LoadAsync(folder, cancellation);
            if (outcome is LoadOutcome.Postponed postponed)
            {
                if (_waiting.Add(folder))
                    logger.LoadPostponed(folder, postponed.CallCount);
                continue;
            }
            hasRoom |= outcome is LoadOutcome.Served { IsNew: true };
            _waiting.Remove(folder);
            _watch.DealtWith(folder);
        }
        foreach (var folder in changes.Gone)
        {
            await models.RemoveAsync(folder, cancellation);
            _watch.Forget(folder);
        }

        // What is gone, or has another name now, may have been in the way of others.
        foreach (var folder in hasRoom ? models.Refused : [])
            _watch.Retry(folder);
    }

    /// <summary>How the folders look; null where that cannot be told.</summary>
    private Dictionary<string, FolderStamp?>? TryDescribe()
    {
        try
        {
            // A folder that has lost its manifest is broken, not gone.
            var folders = ModelRepository.Folders(options.Models).Union(_watch.Known.Where(Directory.Exists), StringComparer.Ordinal);
            var stamps = folders.ToDictionary(folder => folder, FolderStamp.Of, StringComparer.Ordinal);
            _fault = null;
            return stamps;
        }
        catch (Exception fault) when (fault is InvalidModelException or IOException or UnauthorizedAccessException)
        {
            if (_fault != fault.Message)
                logger.RepositoryUnreadable(options.Models, fault.Message);
            _fault = fault.Message;
            return null;
        }
    }
}

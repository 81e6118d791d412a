namespace GradCamGrpc.Server.Reloading;

/// <summary>What has become of a repository.</summary>
/// <param name="Changed">Folders that are new, or other than they were when they were last dealt with.</param>
/// <param name="Gone">Folders that are there no more.</param>
internal sealed record RepositoryChanges(IReadOnlyList<string> Changed, IReadOnlyList<string> Gone);

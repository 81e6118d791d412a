namespace GradCamGrpc.Server.Telemetry;

/// <summary>What models and their queues log.</summary>
internal static partial class InferenceLog
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Model {Model} {Version} is ready: {Architecture} on {Device}, {Layers} layers, after {Elapsed}")]
    public static partial void ModelReady(
        this ILogger logger, string model, string version, string architecture, string device, int layers, TimeSpan elapsed);

    [LoggerMessage(EventId = 101, Level = LogLevel.Error, Message = "A batch of model {Model} failed")]
    public static partial void BatchFailed(this ILogger logger, Exception fault, string model);

    [LoggerMessage(EventId = 102, Level = LogLevel.Error, Message = "A request of model {Model} threw when it was told that it fails")]
    public static partial void NotificationFailed(this ILogger logger, Exception fault, string model);

    [LoggerMessage(EventId = 104, Level = LogLevel.Error, Message = "Model {Model} did not close")]
    public static partial void CloseFailed(this ILogger logger, Exception fault, string model);

    [LoggerMessage(EventId = 105, Level = LogLevel.Information, Message = "Model {Model} runs up to {MaxBatch} requests together, and waits up to {Delay} ms for them")]
    public static partial void BatchesFormed(this ILogger logger, string model, int maxBatch, double delay);

    [LoggerMessage(EventId = 106, Level = LogLevel.Information, Message = "Model {Model} explains batches of {Timings}")]
    public static partial void BatchesMeasured(this ILogger logger, string model, string timings);

    [LoggerMessage(EventId = 107, Level = LogLevel.Information, Message = "Model {Model} {Version} ({Revision}) is served")]
    public static partial void ModelOffered(this ILogger logger, string model, string version, string revision);

    [LoggerMessage(EventId = 108, Level = LogLevel.Information, Message = "Model {Model} {Version} ({Revision}) is served in the place of {OldVersion} ({OldRevision})")]
    public static partial void ModelReplaced(this ILogger logger, string model, string version, string revision, string oldVersion, string oldRevision);

    [LoggerMessage(EventId = 109, Level = LogLevel.Information, Message = "Model {Model} {Version} is served no more; it still answers {Calls} calls")]
    public static partial void ModelWithdrawn(this ILogger logger, string model, string version, int calls);

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "Model {Model} {Version} ({Revision}) is unloaded")]
    public static partial void ModelUnloaded(this ILogger logger, string model, string version, string revision);

    [LoggerMessage(EventId = 111, Level = LogLevel.Error, Message = "The folder {Folder} is not loaded, and what was served goes on: {Reason}")]
    public static partial void FolderRefused(this ILogger logger, string folder, string reason);

    [LoggerMessage(EventId = 112, Level = LogLevel.Error, Message = "The folder {Folder} is not loaded, and what was served goes on")]
    public static partial void LoadFailed(this ILogger logger, Exception fault, string folder);

    [LoggerMessage(EventId = 113, Level = LogLevel.Warning, Message = "The folder {Folder} waits: an earlier version of its model still answers {Calls} calls")]
    public static partial void LoadPostponed(this ILogger logger, string folder, int calls);

    [LoggerMessage(EventId = 114, Level = LogLevel.Error, Message = "The models in {Folder} cannot be looked at, and what was served goes on: {Reason}")]
    public static partial void RepositoryUnreadable(this ILogger logger, string folder, string reason);

    [LoggerMessage(EventId = 115, Level = LogLevel.Critical, Message = "A worker of model {Model} has ended, and the model answers nothing more")]
    public static partial void WorkerFailed(this ILogger logger, Exception fault, string model);

    [LoggerMessage(EventId = 116, Level = LogLevel.Error, Message = "Model {Model} {Version} ({Revision}) did not unload")]
    public static partial void UnloadFailed(this ILogger logger, Exception fault, string model, string version, string revision);

    [LoggerMessage(EventId = 103, Level = LogLevel.Critical, Message = "Model {Model} cannot be loaded")]
    public static partial void ModelFailed(this ILogger logger, Exception fault, string model);
}

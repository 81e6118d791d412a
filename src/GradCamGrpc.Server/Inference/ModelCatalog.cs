namespace GradCamGrpc.Server.Inference;

/// <summary>The models that are served, in the order of their names.</summary>
internal sealed class ModelCatalog(IReadOnlyList<ModelInstance> models) : IAsyncDisposable
{
    public IReadOnlyList<ModelInstance> Models { get; } = models;

    /// <summary>The model that is meant when none is named: there is only one.</summary>
    public ModelInstance? Only => Models is [var only] ? only : null;

    /// <summary>Answers what was accepted and unloads the models. Their threads end here: a process must not end under them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in Models)
            await model.DisposeAsync();
    }

    public ModelInstance? Find(string name) => Models.FirstOrDefault(model => model.Name == name);
}

namespace GradCamGrpc.Server.Inference;

/// <summary>The models that are served, in the order of their names.</summary>
internal sealed class ModelCatalog(IReadOnlyList<ModelInstance> models)
{
    public IReadOnlyList<ModelInstance> Models { get; } = models;

    /// <summary>The model that is meant when none is named: there is only one.</summary>
    public ModelInstance? Only => Models is [var only] ? only : null;

    public ModelInstance? Find(string name) => Models.FirstOrDefault(model => model.Name == name);
}

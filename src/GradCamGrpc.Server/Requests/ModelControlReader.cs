using GradCamGrpc.Models.Repository;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Server.Requests;

/// <summary>Checks requests to load and unload models. No path is made of what they name.</summary>
internal sealed class ModelControlReader(ServerOptions options)
{
    /// <exception cref="FailedPreconditionException">Callers may not load models.</exception>
    /// <exception cref="InvalidRequestException">The name cannot be a model's.</exception>
    public string Read(LoadModelRequest request) => Read(request.Name);

    /// <exception cref="FailedPreconditionException">Callers may not unload models.</exception>
    /// <exception cref="InvalidRequestException">The name cannot be a model's.</exception>
    public string Read(UnloadModelRequest request) => Read(request.Name);

    private string Read(string name)
    {
        if (options.ModelControl is not ModelControl.Explicit)
            throw new FailedPreconditionException("MODEL_CONTROL_OFF", "callers may not load or unload models: the server was not started with --model-control explicit");
        return ModelManifest.IsName(name)
            ? name
            : throw new InvalidRequestException([new("name", $"'{Text.Quoted(name)}' cannot be a model's name: {ModelManifest.NameRule}")]);
    }
}

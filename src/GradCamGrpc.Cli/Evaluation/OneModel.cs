using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>The one model that a command works on, and the options that it is run with.</summary>
/// <param name="Folder">The model.</param>
/// <param name="Options">What the environment says.</param>
internal sealed record OneModel(ModelFolder Folder, ServerOptions Options)
{
    /// <summary>Finds the model.</summary>
    /// <param name="models">A model folder; null for what the environment says, or the embedded model.</param>
    /// <exception cref="EvaluationException">There are several.</exception>
    /// <exception cref="InvalidModelException">The model cannot be used.</exception>
    /// <exception cref="InvalidOptionsException">A variable of the environment is wrong.</exception>
    public static OneModel Read(string? models)
    {
        var options = ServerOptions.FromEnvironment(models);
        return ModelRepository.Read(options.Models) is [var folder]
            ? new OneModel(folder, options)
            : throw new EvaluationException($"{options.Models} holds several models; --models names the folder of one");
    }
}

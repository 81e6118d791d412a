using GradCamGrpc.Explain;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What can be judged. A value that is no finite number has no place in a figure: it is neither a hit nor a miss.</summary>
internal static class FiniteValues
{
    private const string Reason = "not finite: the model's weights are damaged, or do not suit this photo";

    /// <param name="map">A map as it was made.</param>
    /// <param name="photo">What it is of, to be named.</param>
    /// <returns>The map.</returns>
    /// <exception cref="EvaluationException">A value is not finite.</exception>
    public static SaliencyMap Checked(this SaliencyMap map, string photo) =>
        map.IsFinite ? map : throw new EvaluationException($"{photo}: its map by {map.Method.Name} is {Reason}");

    /// <param name="outputs">Outputs as the network gave them.</param>
    /// <param name="photo">What they are of, to be named.</param>
    /// <returns>The outputs.</returns>
    /// <exception cref="EvaluationException">One is not finite.</exception>
    public static ClassOutputs Checked(this ClassOutputs outputs, string photo) =>
        outputs.IsFinite ? outputs : throw new EvaluationException($"{photo}: what the network says of it is {Reason}");
}

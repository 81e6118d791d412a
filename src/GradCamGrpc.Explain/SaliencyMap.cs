using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;

namespace GradCamGrpc.Explain;

/// <summary>The map of one score of one image, signed and at the layer's resolution, with where it comes from.</summary>
/// <param name="Layer">The layer it was made at.</param>
/// <param name="Method">How it was made.</param>
/// <param name="Target">The score that was differentiated.</param>
/// <param name="Score">That score's value.</param>
/// <param name="Values">h·w values, row-major, before the ReLU: negative where the position speaks against the score.</param>
public sealed record SaliencyMap(CutLayer Layer, ICamMethod Method, ScoreTarget Target, float Score, ReadOnlyMemory<float> Values)
{
    /// <summary>Whether every value is a finite number.</summary>
    public bool IsFinite
    {
        get
        {
            foreach (var value in Values.Span)
            {
                if (!float.IsFinite(value))
                    return false;
            }
            return true;
        }
    }
}

using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;

namespace GradCamGrpc.Explain;

/// <summary>The map of one score of one image, signed and at its own resolution, with where it comes from.</summary>
/// <param name="Method">How it was made.</param>
/// <param name="Layer">The layer it was made at; null for a method that explains the pixels themselves, and for a map fused of several layers'.</param>
/// <param name="Target">The score that was explained; null where a head made it, and not the network's own outputs.</param>
/// <param name="Score">That score's value.</param>
/// <param name="Shape">The map's shape.</param>
/// <param name="Values">The values, row-major, before any ReLU: negative where the position speaks against the score.</param>
public sealed record SaliencyMap(
    IExplanationMethod Method, CutLayer? Layer, ScoreTarget? Target, float Score, MapShape Shape, ReadOnlyMemory<float> Values)
{
    /// <summary>
    /// Whether the score's gradient is exactly zero everywhere at the layer, or at the pixels, and the map with it: nothing there moves the
    /// score.
    /// </summary>
    public bool ScoreIsFlat { get; init; }

    /// <summary>The layers whose maps were fused into this one; none for a map of its own.</summary>
    public IReadOnlyList<CutLayer> FusedLayers { get; init; } = [];

    /// <summary>Whether every value is exactly 0, before any ReLU.</summary>
    public bool IsZero => !Values.Span.ContainsAnyExcept(0f);

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

    /// <summary>
    /// One value a position, to be drawn or thresholded: the map itself, or of several channels the largest magnitude (Simonyan et al.
    /// 2014, section 3.1).
    /// </summary>
    public ReadOnlyMemory<float> Heat()
    {
        if (Shape.Channels == 1)
            return Values;
        var heat = new float[Shape.Positions];
        for (var i = 0; i < Values.Length; i++)
        {
            ref var strongest = ref heat[i % heat.Length];
            strongest = Math.Max(strongest, Math.Abs(Values.Span[i]));
        }
        return heat;
    }
}

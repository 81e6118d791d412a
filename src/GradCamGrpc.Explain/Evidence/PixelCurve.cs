namespace GradCamGrpc.Explain.Evidence;

/// <summary>A score while more and more pixels of an image are changed.</summary>
/// <param name="Points">The share of the pixels that were changed, ascending from 0 to 1, and the score then.</param>
public sealed record PixelCurve(IReadOnlyList<(double Share, float Score)> Points)
{
    /// <summary>The area under the curve by the trapezoid rule, in the score's unit: the mean score; of a probability 0 to 1.</summary>
    public double Area
    {
        get
        {
            var area = 0.0;
            for (var i = 1; i < Points.Count; i++)
                area += (Points[i].Share - Points[i - 1].Share) * ((double)Points[i].Score + Points[i - 1].Score) / 2;
            return area;
        }
    }
}

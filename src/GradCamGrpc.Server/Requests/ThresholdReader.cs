using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads from which share of a map's maximum on a pixel counts.</summary>
internal static class ThresholdReader
{
    /// <summary>The share; the paper's where none is given.</summary>
    public static double Read(double? threshold, string field, Violations faults)
    {
        var share = threshold ?? Localizer.DefaultShare;
        faults.Within(field, share, 0, 1);
        return share;
    }
}

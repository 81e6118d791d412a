using System.Globalization;

namespace GradCamGrpc.Cli.Auditing;

/// <summary>Shares as people read them.</summary>
internal static class Percentages
{
    public static string Whole(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    /// <summary>With one digit behind the point and no sign; a dash for what is not known.</summary>
    public static string Precise(double? share) => (100 * share)?.ToString("F1", CultureInfo.InvariantCulture) ?? "–";
}

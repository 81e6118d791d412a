using System.Globalization;
using GradCamGrpc.Training.Metrics;
using Spectre.Console;

namespace GradCamGrpc.Cli.Reports;

/// <summary>How numbers and columns look in tables.</summary>
internal static class TableText
{
    public static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    public static string Figure(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "-";

    public static string Pixels(double length) => length.ToString("F0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>A share with its interval, in per cent.</summary>
    public static string Interval(BootstrapInterval share) => $"{Percent(share.Mean)} ({Percent(share.Lower)} to {Percent(share.Upper)})";

    /// <summary>A figure with its interval.</summary>
    public static string FigureInterval(BootstrapInterval figure) => $"{Figure(figure.Mean)} ({Figure(figure.Lower)} to {Figure(figure.Upper)})";

    public static string Share(double share) => share.ToString("F2", CultureInfo.InvariantCulture);
}

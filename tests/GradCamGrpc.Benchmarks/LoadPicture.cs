using GradCamGrpc.TestData;
using ScottPlot;

namespace GradCamGrpc.Benchmarks;

/// <summary>Draws latency, goodput and refusals against the load, on white, to be read on dark pages, too.</summary>
internal static class LoadPicture
{
    private const int Width = 900;
    private const int Height = 960;
    private const string FontName = "DejaVu Sans";

    // Of Okabe and Ito's colours, which those who see few colours tell apart.
    private static readonly Color Blue = Color.FromHex("#0072B2");
    private static readonly Color Orange = Color.FromHex("#D55E00");
    private static readonly Color Green = Color.FromHex("#009E73");

    /// <param name="capacity">Calls a second.</param>
    /// <param name="loads">What came of each load.</param>
    /// <param name="path">Where the PNG goes.</param>
    public static void Save(double capacity, IReadOnlyList<OpenLoadResult> loads, string path)
    {
        // This build of Skia finds no fonts of the system.
        Fonts.AddFontFile(FontName, Path.Combine(TestFolders.Repository, "src", "GradCamGrpc.Imaging", "Rendering", "Fonts", "DejaVuSans.ttf"));
        var pictures = new Multiplot();
        pictures.AddPlots(3);

        var latency = pictures.GetPlot(0);
        Line(latency, "p99", Orange, loads, result => result.Percentile(0.99));
        Line(latency, "p95", Green, loads, result => result.Percentile(0.95));
        Line(latency, "p50", Blue, loads, result => result.Percentile(0.5));
        Label(latency, "Latency of the answered", "ms", 1.15 * loads.Max(result => result.Percentile(0.99)));

        var goodput = pictures.GetPlot(1);
        Line(goodput, "came", Orange, loads, result => result.Offered);
        Line(goodput, "answered", Blue, loads, result => result.Goodput);
        var limit = goodput.Add.HorizontalLine(capacity, 1.5f, Colors.Black, LinePattern.Dashed);
        limit.LegendText = "capacity, 64 in flight";
        Label(goodput, "Calls that came, and that were answered", "a second", 1.15 * loads.Max(result => result.Offered));

        var refused = pictures.GetPlot(2);
        Line(refused, "refused", Blue, loads, result => 100 * result.RefusedShare);
        Label(refused, "Refused", "% of those that came", 100);
        pictures.SavePng(path, Width, Height);
    }

    private static void Line(Plot plot, string name, Color color, IReadOnlyList<OpenLoadResult> loads, Func<OpenLoadResult, double> value)
    {
        var line = plot.Add.Scatter(loads.Select(result => 100 * result.Load).ToArray(), loads.Select(value).ToArray(), color);
        (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 2, 7);
    }

    private static void Label(Plot plot, string title, string unit, double most)
    {
        plot.Font.Set(FontName);
        plot.Title(title);
        plot.XLabel("load, % of the capacity");
        plot.YLabel(unit);
        plot.Axes.SetLimitsY(0, most);
        plot.ShowLegend(Alignment.UpperLeft);
    }
}

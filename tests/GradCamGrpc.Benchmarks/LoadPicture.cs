using GradCamGrpc.TestData;
using ScottPlot;

namespace GradCamGrpc.Benchmarks;

/// <summary>Draws latency and goodput against the load.</summary>
internal static class LoadPicture
{
    private const int Width = 900;
    private const int Height = 640;
    private const string FontName = "DejaVu Sans";

    /// <param name="capacity">Calls a second.</param>
    /// <param name="loads">What came of each load.</param>
    /// <param name="path">Where the PNG goes.</param>
    public static void Save(double capacity, IReadOnlyList<OpenLoadResult> loads, string path)
    {
        // This build of Skia finds no fonts of the system.
        Fonts.AddFontFile(FontName, Path.Combine(TestFolders.Repository, "src", "GradCamGrpc.Imaging", "Rendering", "Fonts", "DejaVuSans.ttf"));
        double[] offered = [.. loads.Select(result => 100 * result.Load)];
        var pictures = new Multiplot();
        pictures.AddPlots(2);

        var latency = Plot(pictures.GetPlot(0), "latency of the admitted, ms", Alignment.UpperLeft);
        foreach (var (name, share) in new[] { ("p99", 0.99), ("p95", 0.95), ("p50", 0.5) })
            latency.Add.Scatter(offered, loads.Select(result => result.Percentile(share)).ToArray()).LegendText = name;
        latency.Axes.SetLimitsY(0, 1.15 * loads.Max(result => result.Percentile(0.99)));

        var goodput = Plot(pictures.GetPlot(1), "calls a second", Alignment.UpperLeft);
        goodput.Add.Scatter(offered, loads.Select(result => result.Calls.Count / result.Seconds).ToArray()).LegendText = "came";
        goodput.Add.Scatter(offered, loads.Select(result => result.Goodput).ToArray()).LegendText = "answered";
        goodput.Add.HorizontalLine(capacity, pattern: LinePattern.Dashed).LegendText = "capacity";
        goodput.Axes.SetLimitsY(0, 1.15 * loads.Max(result => result.Calls.Count / result.Seconds));
        pictures.SavePng(path, Width, Height);
    }

    private static Plot Plot(Plot plot, string what, Alignment legend)
    {
        plot.Font.Set(FontName);
        plot.XLabel("load, % of the capacity");
        plot.YLabel(what);
        plot.ShowLegend(legend);
        return plot;
    }
}

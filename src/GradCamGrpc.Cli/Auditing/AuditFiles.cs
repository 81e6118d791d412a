using System.Text.Json;

namespace GradCamGrpc.Cli.Auditing;

/// <summary>The files of an audit.</summary>
/// <param name="Page">For people: <c>report.html</c>.</param>
/// <param name="Figures">For programs: <c>report.json</c>, the <see cref="AuditResult"/>.</param>
internal sealed record AuditFiles(string Page, string Figures)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <exception cref="IOException">They cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">They must not be written.</exception>
    public static AuditFiles Write(Audit audit, string folder)
    {
        Directory.CreateDirectory(folder);
        var files = new AuditFiles(Path.Combine(folder, "report.html"), Path.Combine(folder, "report.json"));
        File.WriteAllText(files.Page, AuditPage.Write(audit));
        File.WriteAllText(files.Figures, JsonSerializer.Serialize(audit.Result, Format));
        return files;
    }
}

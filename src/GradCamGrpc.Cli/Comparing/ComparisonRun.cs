using System.CommandLine;
using GradCamGrpc.Cli.Commands;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Reports;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Comparing;

/// <summary>What the commands that compare have in common: photos, a server, pictures side by side, and a report.</summary>
internal sealed class ComparisonRun
{
    private readonly PhotoArguments _arguments;
    private readonly ConnectionOptions _connection = new();
    private readonly Option<bool> _json = new("--json") { Description = "print a line of JSON for each photo" };

    public ComparisonRun()
        : this(ArgumentArity.OneOrMore)
    {
    }

    /// <param name="photos">How many photos there may be.</param>
    public ComparisonRun(ArgumentArity photos) => _arguments = new PhotoArguments(photos);

    public void AddTo(Command command)
    {
        _arguments.AddTo(command);
        _connection.AddTo(command);
        command.Options.Add(_json);
    }

    /// <summary>Whether the command line says where pictures are written.</summary>
    public bool NamesFolder(ParseResult parsed) => _arguments.NamesFolder(parsed);

    /// <summary>Compares on each photo. A fault of one photo does not keep the others from their answers.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="ask">Asks the server about a photo.</param>
    /// <param name="pictures">The pictures of an answer; null where none are wanted, and no folder is made.</param>
    /// <param name="tell">Tells a report of an answer and its pictures.</param>
    /// <param name="name">What the pictures are called behind the photo's name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="isWhole">Whether an answer has all that was asked for; null where it always has.</param>
    /// <returns>The command's exit code.</returns>
    public async Task<int> RunAsync<TAnswer>(
        ParseResult parsed,
        Func<ServerConnection, Image, Task<TAnswer>> ask,
        Func<TAnswer, IReadOnlyList<PictureCell>>? pictures,
        Action<IReport, TAnswer, WrittenComparison> tell,
        string name,
        CancellationToken cancellation,
        Func<TAnswer, bool>? isWhole = null)
    {
        IReport report = parsed.GetValue(_json) ? new JsonReport(Console.Out) : new ConsoleReport();
        try
        {
            var folder = pictures is null ? "" : _arguments.Folder(parsed).FullName;
            await using var calls = _arguments.Calls(parsed, _connection);
            var photos = _arguments.Photos(parsed);
            var prefixes = FileNames.Prefixes(photos);
            var status = 0;
            for (var i = 0; i < photos.Length; i++)
            {
                var (photo, prefix) = (photos[i], Path.Combine(folder, $"{prefixes[i]}.{name}"));
                var fault = await calls.RunAsync(photo, async (server, image) =>
                {
                    var answer = await ask(server, image);
                    if (isWhole?.Invoke(answer) == false)
                        status = 1;
                    tell(report, answer, await WriteAsync(photo, prefix, pictures?.Invoke(answer) ?? [], cancellation));
                }, cancellation);
                if (fault is null)
                    continue;
                report.Fault(photo, fault);
                status = 1;
            }
            return status;
        }
        catch (Exception fault) when (ExpectedFaults.Include(fault))
        {
            report.Fault(fault.Message);
            return 1;
        }
    }

    private static async Task<WrittenComparison> WriteAsync(
        string photo, string prefix, IReadOnlyList<PictureCell> pictures, CancellationToken cancellation)
    {
        var files = new List<string>();
        if (pictures.Count == 0)
            return new WrittenComparison(photo, files, ContactSheet: null);
        foreach (var picture in pictures.Where(picture => picture.Name is not null))
        {
            files.Add($"{prefix}.{picture.Name}.png");
            await File.WriteAllBytesAsync(files[^1], picture.Picture.Memory, cancellation);
        }
        var sheet = $"{prefix}.png";
        (byte[], string)[] row = [.. pictures.Select(picture => (picture.Picture.ToByteArray(), picture.Caption))];
        await File.WriteAllBytesAsync(sheet, ContactSheet.Draw([row], PictureFormat.Png), cancellation);
        return new WrittenComparison(photo, files, sheet);
    }
}

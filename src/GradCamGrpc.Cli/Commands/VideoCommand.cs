using System.CommandLine;
using GradCamGrpc.Cli.Comparing;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Cli.Reports;
using GradCamGrpc.Cli.Video;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam video FILE|--stdin --out FILE</c></summary>
internal static class VideoCommand
{
    /// <summary>What an overlay's JPEG may lose before the film is encoded.</summary>
    private const int Quality = 95;

    public static Command Create()
    {
        var file = new Argument<string?>("FILE") { Description = "the film", Arity = ArgumentArity.ZeroOrOne };
        MistypedOptions.RefuseIn(file);
        var stdin = new Option<bool>("--stdin") { Description = "read the film from standard input" };
        var rate = new Option<string>("--fps") { Description = "with --stdin: frames a second that are taken", HelpName = "number", DefaultValueFactory = _ => "30" };
        var target = new Option<string>("--out", "-o") { Description = "the film that is written", HelpName = "FILE", Required = true };
        var named = new Option<string?>("--class", "-c") { Description = "the class to explain [default: the most probable one, steadied]", HelpName = "index|label" };
        var step = CountOption.Create("--every", "explain one in so many frames", value: 1, most: 10_000);
        var smoothing = NumberOption.Create<double>(
            "--smoothing", "how much a frame's map weighs at 30 frames a second, above 0 to 1 [default: 1, as it is]", "share", "a number above 0 to 1");
        var keyframe = NumberOption.Create<double>(
            "--keyframe", "the difference up to which the last map is used again, 0 to 1 [default: never]", "share", "a number from 0 to 1");
        var model = ModelOptions.OfClasses();
        var maps = MapOptions.OfClasses();
        var connection = new ConnectionOptions();
        var command = new Command("video", "Show where the network saw what is on a film.") { file, stdin, rate, target, named, step, smoothing, keyframe };
        model.AddTo(command);
        maps.AddTo(command);
        connection.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(stdin) == result.GetValue(file) is not null)
                result.AddError("a FILE or --stdin is needed, one of the two");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var report = new ConsoleReport();
            try
            {
                var source = parsed.GetValue(file);
                if (source is not null && !File.Exists(source))
                    throw new FileNotFoundException($"there is no file '{source}'");
                var film = source is null ? new VideoFile(Rate(parsed.GetValue(rate)!), FrameCount: 0) : await VideoFile.ReadAsync(source, cancellation);
                var settings = new VideoSettings { Model = model.Model(parsed), Request = Request(parsed, model, maps, parsed.GetValue(named)) };
                if (parsed.GetValue(step) is var every && every > 1)
                    (settings.Policy, settings.FrameStep) = (FramePolicy.EveryNth, every);
                if (parsed.GetValue(smoothing) is { } factor)
                    settings.SmoothingFactor = factor;
                if (parsed.GetValue(keyframe) is { } threshold)
                    settings.KeyframeThreshold = threshold;
                await using var server = await connection.OpenAsync(parsed);
                var written = parsed.GetValue(target)!;
                WrittenVideo? made = null;
                await report.RunAsync("frames", film.FrameCount, async done =>
                    made = await RunAsync(new VideoRun(server, settings), server, source, film, written, done, cancellation));
                report.Video(written, made!);
                return 0;
            }
            catch (Exception fault) when (ExpectedFaults.Include(fault))
            {
                report.Fault(fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task<WrittenVideo> RunAsync(
        VideoRun run, ServerConnection server, string? source, VideoFile film, string target, Action done, CancellationToken cancellation)
    {
        try
        {
            return await run.RunAsync(source, film, target, done, cancellation);
        }
        catch (RpcException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (RpcException fault)
        {
            throw new VideoToolException(CallFaults.Describe(fault, server.Address));
        }
    }

    private static ClassificationServiceExplainRequest Request(ParseResult parsed, ModelOptions model, MapOptions maps, string? named)
    {
        var overlay = maps.Overlay(parsed);
        overlay.Overlay.Encoding = new ImageEncoding { Format = ImageFormat.Jpeg, Quality = Quality };
        var request = new ClassificationServiceExplainRequest { Outputs = { overlay } };
        if (named is not null)
            request.Targets.Add(ClassNames.Target(named));
        if (model.Layer(parsed) is { Length: > 0 } layer)
            request.Layers.Add(layer);
        if (maps.Method(parsed) is { } method)
            request.Methods.Add(method);
        return request;
    }

    /// <exception cref="InvalidDataException">It is no number of frames.</exception>
    private static string Rate(string text) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1000
            ? text
            : throw new InvalidDataException($"--fps: '{text}' is not from 0 to 1000 frames a second");
}

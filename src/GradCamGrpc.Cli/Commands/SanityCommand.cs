using System.CommandLine;
using GradCamGrpc.Cli.Evidence;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Commands;

/// <summary><c>gradcam sanity PHOTO…</c></summary>
internal static class SanityCommand
{
    public static Command Create()
    {
        var arguments = new PhotoArguments();
        var connection = new ConnectionOptions();
        var target = new Option<string?>("--class", "-c")
        {
            Description = "the class whose maps are compared, by index or label; `gradcam models --labels WORD` finds labels [default: the most probable class]",
            HelpName = "index|label",
        };
        var model = new Option<string>("--model") { Description = "the model's name [default: the only one]", DefaultValueFactory = _ => "" };
        var layer = new Option<string>("--layer", "-l")
        {
            Description = "the layer to explain at [default: the model's]",
            HelpName = "name",
            DefaultValueFactory = _ => "",
        };
        var methods = new Option<string[]>("--method", "-m")
        {
            Description = $"how maps are made: {string.Join(", ", MethodNames.All)}; may be repeated [default: grad-cam]",
            HelpName = "name",
        };
        methods.AcceptMethods(MethodNames.All);
        var checkpoints = NumberOption.Create<int>(
            "--checkpoints", "how many times maps are compared, 1 to 100 [default: 10]", "count", "a whole number from 1 to 100");
        var seed = NumberOption.Create("--seed", "of the noise", "number", $"a whole number from 0 to {ulong.MaxValue}", value: 0UL);
        var json = new Option<bool>("--json") { Description = "print a line of JSON for each photo" };
        var command = new Command("sanity", "Destroy a copy of the model, and tell how far the maps of photos change.")
        {
            target, model, layer, methods, checkpoints, seed, json,
        };
        arguments.AddPhotosTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var question = new CheckSanityRequest
            {
                Model = parsed.GetValue(model),
                Target = parsed.GetValue(target) is { } text ? ClassNames.Target(text) : null,
                Layer = parsed.GetValue(layer),
                Methods = { (parsed.GetValue(methods) ?? []).Select(MethodNames.Parse) },
                Seed = parsed.GetValue(seed),
            };
            if (parsed.GetValue(checkpoints) is { } count)
                question.CheckpointCount = count;
            await using var calls = arguments.Calls(parsed, connection);
            return await PhotoByPhoto.RunAsync(
                arguments.Photos(parsed),
                parsed.GetValue(json),
                new SanityChecker(calls, question).CheckAsync,
                (report, photo) => report.Sanity(photo),
                photo => photo.Fault,
                cancellation);
        });
        return command;
    }
}

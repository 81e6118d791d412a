using GradCamGrpc.Protos.V1;
using Spectre.Console;

namespace GradCamGrpc.Cli.Reports;

/// <summary>Models, in tables.</summary>
internal sealed class ModelText(IAnsiConsole console) : ConsoleText(console)
{
    public void Models(IEnumerable<Model> models)
    {
        var table = new Table().AddColumns("name", "version", "architecture", "classes", "default layer", "licence");
        foreach (var model in models)
        {
            table.AddRow(new[]
            {
                model.Name, model.Version, model.Architecture, $"{model.ClassCount}", model.DefaultLayer, model.Licence,
            }.Select(Markup.Escape).ToArray());
        }
        Console.Write(table);
    }

    public void Model(Model model)
    {
        Models([model]);
        Console.MarkupLineInterpolated($"{model.Description} {model.Source}");
        var table = new Table().AddColumns("layer", "channels", "height x width");
        foreach (var layer in model.Layers)
            table.AddRow(Markup.Escape(layer.Name), $"{layer.ChannelCount}", HeightByWidth(layer.Size));
        Console.Write(table);
        if (model.Captioning is { } captioning)
            Head("captioning", captioning.Preprocessing, captioning.Layers);
        if (model.Answering is { } answering)
            Head("answering", answering.Preprocessing, answering.Layers);
    }

    public void Labels(Model model, IReadOnlyList<int> classes)
    {
        foreach (var index in classes)
            Console.MarkupLineInterpolated($"{index,6}  {model.Labels[index]}");
    }

    private void Head(string name, Preprocessing view, IEnumerable<Layer> layers)
    {
        var read = layers.Select(layer => $"{layer.Name} ({HeightByWidth(layer.Size)})");
        Console.MarkupLineInterpolated($"The {name} head is given inputs of {HeightByWidth(view.InputSize)}, and reads {string.Join(" and ", read)}.");
    }

    private static string HeightByWidth(PixelSize size) => $"{size.Height} x {size.Width}";
}

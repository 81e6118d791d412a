using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What is evaluated: photos, a network, and methods that it can have.</summary>
internal sealed class EvaluationSubject : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly DeviceName _device;

    /// <exception cref="EvaluationException">The data, a method or the layer will not do.</exception>
    /// <exception cref="InvalidModelException">The model cannot be used.</exception>
    public EvaluationSubject(EvaluationQuestion question)
        : this(question, _ => BoxedPhotos.Read(question.Data))
    {
    }

    /// <param name="question">What is asked.</param>
    /// <param name="read">Reads the photos, given the model's labels.</param>
    /// <exception cref="EvaluationException">The data, a method or the layer will not do.</exception>
    /// <exception cref="InvalidModelException">The model cannot be used.</exception>
    public EvaluationSubject(EvaluationQuestion question, Func<LabelIndex, IReadOnlyList<BoxedPhoto>> read)
    {
        var (folder, options) = OneModel.Read(question.Models);
        Labels = new LabelIndex(folder.Labels);
        var photos = read(Labels);
        Photos = question.PhotoCount is { } count ? [.. photos.Take(count)] : photos;
        if (Photos.FirstOrDefault(photo => photo.ClassIndex >= folder.Labels.Count) is { } unknown)
            throw new EvaluationException($"{unknown.Path} is of class {unknown.ClassIndex}; the model has the classes 0 to {folder.Labels.Count - 1}");

        LibTorch.Prepare(options.Devices, options.Threads);
        Model = folder.Manifest.Name;
        _folder = folder;
        _device = options.Devices[0];
        Network = new EvaluatedNetwork(folder, _device, question.Precision ?? options.Precision, question.Layer);
        try
        {
            Methods = question.Methods.Count > 0 ? Named(question.Methods) : Usual();
        }
        catch
        {
            Network.Dispose();
            throw;
        }
    }

    /// <summary>The names of all methods.</summary>
    public static IEnumerable<string> MethodNames => ExplanationMethods.All.Select(method => method.Name);

    public IReadOnlyList<BoxedPhoto> Photos { get; }

    /// <summary>The model's classes.</summary>
    public LabelIndex Labels { get; }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    public EvaluatedNetwork Network { get; }

    public IReadOnlyList<IExplanationMethod> Methods { get; }

    /// <summary>Why the network cannot run in a precision, a clause; null where it can.</summary>
    public string? ObjectionTo(Precision precision) => PrecisionSupport.ObjectionTo(precision, _device.IsCpu);

    /// <summary>Another instance of the network.</summary>
    public EvaluatedNetwork NetworkIn(Precision precision) => new(_folder, _device, precision, Network.Layer);

    public void Dispose() => Network.Dispose();

    private IExplanationMethod[] Usual() =>
        [.. ExplanationMethods.All.Where(method => !method.IsSlow && Network.ObjectionTo(method) is null)];

    private IExplanationMethod[] Named(IReadOnlyList<string> names)
    {
        IExplanationMethod[] methods = [.. names.Select(name => Explaining.MethodNames.Canonical(name, MethodNames)).Distinct(StringComparer.Ordinal)
            .Select(name => ExplanationMethods.All.Single(method => method.Name == name))];
        foreach (var method in methods)
        {
            if (Network.ObjectionTo(method) is { } objection)
                throw new EvaluationException($"{method.Name} {objection}");
        }
        return methods;
    }
}

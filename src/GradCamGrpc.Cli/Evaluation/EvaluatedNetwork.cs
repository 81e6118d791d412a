using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>A network in this process, to be asked for maps of known classes. It belongs to one thread.</summary>
internal sealed class EvaluatedNetwork : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly ServableNetwork _network;
    private readonly CutNetwork _cut;
    private readonly ComputeDevice _device;
    private readonly CutLayer _layer;

    /// <param name="folder">The model.</param>
    /// <param name="device">Where its tensors live.</param>
    /// <param name="precision">What its folded convolutions compute in.</param>
    /// <param name="layer">Where maps are made; null for the model's default.</param>
    /// <exception cref="EvaluationException">There is no such layer.</exception>
    public EvaluatedNetwork(ModelFolder folder, DeviceName device, Precision precision, string? layer)
    {
        var input = folder.Manifest.Preprocessing;
        _folder = folder;
        _device = ComputeDevice.Open(device);
        (InputHeight, InputWidth) = (input.CropHeight, input.CropWidth);

        // Resized to exactly the input's size: a crop would cut off what the boxes are about.
        Preprocessor = new Preprocessor(ModelInstance.Spec(input with { ResizeShorterSide = null }));
        ServedPreprocessor = new Preprocessor(ModelInstance.Spec(input));
        _network = folder.BuildNetwork();
        _network.to(_device.Device);
        _network.PrepareForServing(precision: precision);
        _cut = new CutNetwork(_network, Noise(), _network.UseFolded);
        _layer = _cut.Layers.GetValueOrDefault(layer ?? folder.Manifest.DefaultLayer)
            ?? throw new EvaluationException($"the model has no layer '{layer ?? folder.Manifest.DefaultLayer}' with maps; `gradcam models NAME` lists them");
    }

    /// <summary>How a photo becomes an input: the whole of it.</summary>
    public Preprocessor Preprocessor { get; }

    /// <summary>How a photo becomes an input in a server.</summary>
    public Preprocessor ServedPreprocessor { get; }

    /// <summary>The input's rows.</summary>
    public int InputHeight { get; }

    /// <summary>The input's columns.</summary>
    public int InputWidth { get; }

    public string Layer => _layer.Name;

    public int LayerHeight => _layer.Height;

    public int LayerWidth => _layer.Width;

    /// <summary>Why a method cannot be used; null where it can.</summary>
    public string? ObjectionTo(IExplanationMethod method) => method.ObjectionTo(_cut, _layer);

    /// <summary>Runs a batch, and makes each photo's map of its class by each method.</summary>
    /// <param name="batch">The photos.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="onMap">Told (index of the photo, map) as each map is ready.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>For each photo the class of the largest output.</returns>
    /// <exception cref="EvaluationException">The outputs are not finite.</exception>
    public int[] Explain(
        IReadOnlyList<LoadedPhoto> batch, IReadOnlyList<IExplanationMethod> methods, Action<int, SaliencyMap> onMap, CancellationToken cancellation)
    {
        int[][] classes = [.. batch.Select(photo => new[] { photo.Photo.ClassIndex })];
        var outputs = Explain([.. batch.Select(photo => photo.Input)], classes, methods, (image, _, map) => onMap(image, map), cancellation);
        return [.. outputs.Select((image, i) => image.Checked(batch[i].Photo.Path).First)];
    }

    /// <summary>Runs a batch, and makes maps of several classes of each image.</summary>
    /// <param name="inputs">The images; at least one.</param>
    /// <param name="classes">For each image, as many classes as for any other.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="onMap">Told (index of the image, index of its class, map) as each map is ready.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The outputs of each image.</returns>
    public ClassOutputs[] Explain(
        IReadOnlyList<ModelInput> inputs,
        IReadOnlyList<IReadOnlyList<int>> classes,
        IReadOnlyList<IExplanationMethod> methods,
        Action<int, int, SaliencyMap> onMap,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var images = Stack(inputs);
        var cams = methods.OfType<ICamMethod>().ToArray();
        var query = cams.Length > 0 ? new ImageQuery([_layer], classes[0].Count) : ImageQuery.PredictionOnly;
        var pass = _cut.Forward(images, [.. inputs.Select(_ => query)]);
        ScoreTarget[][] targets = [.. classes.Select(ofImage => ofImage.Select(index => ScoreTarget.Of(index)).ToArray())];
        if (cams.Length > 0)
            pass.Explain(targets, [.. inputs.Select(_ => cams)], onMap);

        var attributions = methods.OfType<IAttributionMethod>().ToArray();
        for (var i = 0; i < inputs.Count && attributions.Length > 0; i++)
        {
            var image = i;
            Attributions.Explain(
                _cut, images.narrow(0, i, 1), [_layer], targets[i], attributions, (target, map) => onMap(image, target, map), cancellation);
        }
        var outputs = TensorValues.Floats(pass.Outputs);
        return [.. outputs.Chunk(outputs.Length / inputs.Count).Select(image => new ClassOutputs(image))];
    }

    /// <summary>Asks something about one photo.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="ask">Given the network and the photo as it takes it, [1, 3, H, W].</param>
    public T Ask<T>(LoadedPhoto photo, Func<CutNetwork, Tensor, T> ask)
    {
        using var scope = NewDisposeScope();
        return ask(_cut, Stack([photo.Input]));
    }

    /// <summary>Checks methods on a copy of the network, which is destroyed (see <see cref="SanityCheck"/>).</summary>
    /// <param name="batch">The photos; their classes are what is explained.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="check">Given the check.</param>
    /// <param name="cancellation">Ends it.</param>
    public T CheckSanity<T>(
        IReadOnlyList<LoadedPhoto> batch, IReadOnlyList<IExplanationMethod> methods, Func<SanityCheck, T> check, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var copy = _folder.BuildNetwork();
        copy.to(_device.Device);
        copy.Freeze();
        var cut = new CutNetwork(copy, Noise());
        SanityQuestion[] questions = [.. batch.Select(photo => new SanityQuestion(Stack([photo.Input]), ScoreTarget.Of(photo.Photo.ClassIndex)))];
        return check(new SanityCheck(copy, cut, questions, cut.Layers[Layer], methods, cancellation));
    }

    public void Dispose()
    {
        _network.Dispose();
        _device.Dispose();
    }

    private Tensor Noise() => ChannelsLast.Noise(InputHeight, InputWidth, _device.Device);

    private Tensor Stack(IReadOnlyList<ModelInput> batch)
    {
        var input = batch[0];
        return _device.Upload(batch.Count, input.Height, input.Width, (i, values) => batch[i].Values.CopyTo(values));
    }
}

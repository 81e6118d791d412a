using System.Runtime.InteropServices;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Features;

/// <summary>Runs the frozen trunk, and takes the maps that heads read.</summary>
/// <remarks>It belongs to one thread.</remarks>
public sealed class TrunkReader : IDisposable
{
    private readonly ServableNetwork _network;
    private readonly Preprocessor _whole;
    private readonly Preprocessor _larger;
    private readonly string[] _layers;
    private readonly Tensor?[] _seen;
    private readonly int _width;
    private readonly int _height;

    /// <param name="folder">The model whose trunk it is.</param>
    /// <param name="preprocessing">How heads want photos; views that are cropped leave its resizing aside.</param>
    /// <param name="layers">The layers' names, in the order that the heads read them.</param>
    /// <exception cref="InvalidDataException">There is no such layer.</exception>
    public TrunkReader(ModelFolder folder, PreprocessingManifest preprocessing, IReadOnlyList<string> layers)
    {
        (_width, _height) = (preprocessing.CropWidth, preprocessing.CropHeight);
        _whole = new Preprocessor(Spec(preprocessing, preprocessing.ResizeShorterSide, _width, _height));
        _larger = new Preprocessor(Spec(preprocessing, resizeShorterSide: null, Larger(_width), Larger(_height)));
        _layers = [.. layers];
        _seen = new Tensor?[_layers.Length];
        _network = folder.BuildNetwork();
        _network.PrepareForServing();
        foreach (var (name, module) in _network.named_modules())
        {
            var index = Array.IndexOf(_layers, name);
            if (index >= 0)
                ((nn.Module<Tensor, Tensor>)module).register_forward_hook((_, _, output) => Keep(index, output));
        }
        Sources = FindSources();
    }

    /// <summary>The layers and their sizes.</summary>
    public IReadOnlyList<HeadSource> Sources { get; }

    /// <summary>Reads a photo file as the trunk takes it: the whole photo.</summary>
    /// <returns>[3, h, w], normalised, in the caller's dispose scope.</returns>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no photo, or damaged.</exception>
    public Tensor Image(string file)
    {
        using var photo = Decode(file);
        return Image(photo, PhotoView.Whole);
    }

    /// <summary>Runs the trunk on views of a photo.</summary>
    /// <param name="file">The photo.</param>
    /// <param name="views">How it is looked at; at least one.</param>
    /// <returns>For each source [N, C, h, w], in the caller's dispose scope.</returns>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no photo, or damaged.</exception>
    public IReadOnlyList<Tensor> Read(string file, IReadOnlyList<PhotoView> views)
    {
        using var scope = NewDisposeScope();
        using var photo = Decode(file);
        return [.. Read(stack([.. views.Select(view => Image(photo, view))])).Select(maps => maps.MoveToOuterDisposeScope())];
    }

    /// <summary>Runs the trunk.</summary>
    /// <param name="images">[N, 3, h, w], normalised.</param>
    /// <returns>For each source [N, C, h, w], in the caller's dispose scope.</returns>
    public IReadOnlyList<Tensor> Read(Tensor images)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        Run(images);
        return [.. _seen.Select(maps => maps!.MoveToOuterDisposeScope())];
    }

    /// <inheritdoc />
    public void Dispose() => _network.Dispose();

    private static int Larger(int side) => (int)Math.Round(side / (1 - PhotoView.Margin));

    private static PreprocessingSpec Spec(PreprocessingManifest manifest, int? resizeShorterSide, int width, int height) => new(
        resizeShorterSide, width, height, Enum.Parse<Interpolation>(manifest.Interpolation, ignoreCase: true), manifest.Mean, manifest.Std);

    private static PixelBuffer Decode(string file)
    {
        try
        {
            return ImageDecoder.Decode(File.ReadAllBytes(file), new ImageLimits());
        }
        catch (InvalidImageException fault)
        {
            throw new InvalidDataException($"{file}: {fault.Message}", fault);
        }
    }

    /// <param name="images">[N, 3, h, w].</param>
    private void Run(Tensor images)
    {
        Array.Clear(_seen);
        _network.call(ChannelsLast.Of(images));
    }

    /// <summary>
    /// Takes a copy of a layer's output: what comes next may work in place. A network may run its layers on some photos after others: those
    /// that came before come first.
    /// </summary>
    private Tensor Keep(int index, Tensor output)
    {
        _seen[index] = _seen[index] is { } before ? cat([before, output]) : output.clone();
        return output;
    }

    private HeadSource[] FindSources()
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        var blank = zeros(1, 3, _height, _width);
        Run(blank);
        if (_seen.Contains(null))
        {
            // Folded, a layer can be part of another, and never run by itself.
            _network.UseFolded(false);
            Run(blank);
        }
        return
        [
            .. _seen.Select((maps, i) => maps is { shape: [1, var channels, var height, var width] }
                ? new HeadSource(_layers[i], (int)channels, (int)height, (int)width)
                : throw new InvalidDataException($"the network has no layer '{_layers[i]}' with maps")),
        ];
    }

    /// <returns>[3, h, w].</returns>
    private Tensor Image(PixelBuffer photo, PhotoView view)
    {
        using var input = (view.Left is null ? _whole : _larger).Prepare(photo);
        var pixels = empty(input.Height, input.Width, 3);
        MemoryMarshal.AsBytes(input.Values).CopyTo(pixels.bytes);
        var image = pixels.permute(2, 0, 1);
        if (view is { Left: { } left, Top: { } top })
            image = image.narrow(1, (int)(top * input.Height), _height).narrow(2, (int)(left * input.Width), _width);
        return view.IsMirrored ? image.flip(2) : image;
    }
}

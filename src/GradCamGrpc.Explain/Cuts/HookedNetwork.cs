using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>A network whose layers' outputs can be seen, and replaced, on their way.</summary>
/// <remarks>Belongs to one thread. Every submodule gets a forward hook here, once; hooks are never added or removed while serving.</remarks>
internal sealed class HookedNetwork
{
    /// <summary>Told of a layer's name, the layer, its input and its output.</summary>
    /// <returns>What flows on instead, or null to let the output flow on.</returns>
    internal delegate Tensor? Observer(string name, nn.Module module, Tensor input, Tensor output);

    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Action<bool> _allowShortcuts;
    private Observer? _observer;

    /// <param name="network">From images [B, 3, H, W] to outputs [B, classes].</param>
    /// <param name="allowShortcuts">Told before each pass whether the network may take shortcuts; null for a network that never does.</param>
    public HookedNetwork(nn.Module<Tensor, Tensor> network, Action<bool>? allowShortcuts)
    {
        _network = network;
        _allowShortcuts = allowShortcuts ?? (_ => { });
        foreach (var (name, module) in network.named_modules())
        {
            if (module is nn.Module<Tensor, Tensor> layer)
                layer.register_forward_hook((_, input, output) => _observer?.Invoke(name, module, input, output)!);
        }
    }

    /// <summary>All parts of the network that have a name, and the network itself under an empty one.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Modules => _network.named_modules();

    /// <summary>Runs the network.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <param name="mayTakeShortcuts">Whether it may skip layers, or change the last digits.</param>
    /// <param name="observer">Sees each layer that runs; null where nobody looks.</param>
    public Tensor Run(Tensor images, bool mayTakeShortcuts, Observer? observer = null)
    {
        _allowShortcuts(mayTakeShortcuts);
        _observer = observer;
        try
        {
            return _network.call(images);
        }
        finally
        {
            _observer = null;
        }
    }
}

using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>
/// Destroys what a network has learnt, layer by layer from its outputs down: a map that hardly changes does not show what the network
/// has learnt (Adebayo et al. 2018, section 3, "cascading randomization"). The caller explains again after each step, and compares with
/// <see cref="StructuralSimilarity"/> and <see cref="RankCorrelation"/>.
/// </summary>
/// <remarks>
/// Each parameter is replaced by normal noise of the mean and the standard deviation of its own values; one whose values are all equal
/// stays as it is. Buffers, such as a batch normalization's running statistics, stay too. Parameters are written in place, so that a
/// network that is already cut sees the change. But a network that computes with copies of its parameters, such as folded or reordered
/// weights, does not: give one that was not prepared in that way, and give one that is yours to destroy.
/// </remarks>
/// <param name="seed">The same seed gives the same noise.</param>
public sealed class ParameterRandomization(ulong seed = 0)
{
    /// <summary>The modules that hold parameters of their own, in the reverse of the order in which a forward pass enters them.</summary>
    /// <param name="network">The network, in evaluation mode. It is run once, under hooks that are removed again.</param>
    /// <param name="sample">An image [1, 3, H, W].</param>
    /// <returns>
    /// Their dotted names, the network's own being empty. A module that the pass does not enter, such as an auxiliary head, has no part in
    /// the outputs, and is left out; one that is entered twice counts as of the first time.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A module with parameters is not one from a tensor to a tensor: it cannot be seen when a pass enters it.
    /// </exception>
    public static IReadOnlyList<string> Order(nn.Module<Tensor, Tensor> network, Tensor sample)
    {
        var holders = Holders(network).ToArray();
        if (Array.Find(holders, holder => holder.Module is not nn.Module<Tensor, Tensor>) is { Module: not null } other)
            throw new ArgumentException($"'{other.Name}' is not a module from a tensor to a tensor", nameof(network));

        var entered = new List<string>();
        var hooks = holders.Select(holder => ((nn.Module<Tensor, Tensor>)holder.Module).register_forward_pre_hook((_, _) =>
        {
            if (!entered.Contains(holder.Name))
                entered.Add(holder.Name);
            return null!;
        })).ToArray();
        try
        {
            using var scope = NewDisposeScope();
            using var noTape = no_grad();
            network.call(sample);
        }
        finally
        {
            foreach (var hook in hooks)
                hook.remove();
        }
        entered.Reverse();
        return entered;
    }

    /// <summary>Randomizes one more module at each step.</summary>
    /// <param name="network">A copy that the caller owns: it is destroyed. It must not be run under folded weights.</param>
    /// <param name="sample">An image [1, 3, H, W], to learn the order with.</param>
    /// <returns>After each step the name of the module whose turn it was; modules in the order of <see cref="Order"/>.</returns>
    /// <exception cref="ArgumentException">As of <see cref="Order"/>.</exception>
    public IEnumerable<string> Cascade(nn.Module<Tensor, Tensor> network, Tensor sample) => Cascade(network, Order(network, sample));

    private IEnumerable<string> Cascade(nn.Module<Tensor, Tensor> network, IReadOnlyList<string> order)
    {
        var modules = Holders(network).ToDictionary(holder => holder.Name, holder => holder.Module, StringComparer.Ordinal);

        // Drawn where the numbers do not depend on the device.
        using var generator = new Generator(seed);
        foreach (var name in order)
        {
            Randomize(modules[name], generator);
            yield return name;
        }
    }

    private static void Randomize(nn.Module module, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        foreach (var (_, parameter) in module.named_parameters(recurse: false))
        {
            var values = parameter.to(float32);
            var mean = values.mean();
            var deviation = (values - mean).Power(2).mean().sqrt();
            var noise = randn(parameter.shape, generator: generator).to(values.device);
            parameter.copy_(mean.Plus(deviation * noise));
        }
    }

    private static IEnumerable<(string Name, nn.Module Module)> Holders(nn.Module network) => network.named_modules()
        .Select(pair => (Name: pair.name, Module: pair.module))
        .Prepend((Name: string.Empty, Module: network))
        .DistinctBy(pair => pair.Module, ReferenceEqualityComparer.Instance)
        .Where(pair => pair.Module.named_parameters(recurse: false).Any());
}

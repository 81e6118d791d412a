using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>
/// Changes a photo by so little that nobody sees it, so that a network mistakes it: what do the maps say then? It climbs the loss
/// −log p of a class, towards no class in particular, and what it gives could be a photo: all its values are from 0 to 1.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="scale">How its input is made of a photo.</param>
public sealed class Adversary(CutNetwork network, PixelScale scale)
{
    /// <summary>The fast gradient sign method: one step of epsilon by the sign of the gradient (Goodfellow et al. 2015, section 4).</summary>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="classIndex">The class to lose, usually the true one.</param>
    /// <param name="epsilon">How far a colour of a pixel moves, in values from 0 to 1; 0 to 1.</param>
    /// <returns>[1, 3, H, W], as the network takes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is not from 0 to 1.</exception>
    public Tensor Fgsm(Tensor image, int classIndex, double epsilon)
    {
        ThrowUnlessShare(epsilon, nameof(epsilon));
        using var scope = NewDisposeScope();
        return Climb(image, image, classIndex, epsilon, epsilon).MoveToOuterDisposeScope();
    }

    /// <summary>Projected gradient descent (here: ascent): many smaller steps, never farther than epsilon (Madry et al. 2018, section 2.1).</summary>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="classIndex">The class to lose, usually the true one.</param>
    /// <param name="epsilon">How far a colour of a pixel moves at most, in values from 0 to 1; 0 to 1.</param>
    /// <param name="stepSize">How far it moves in one step, in values from 0 to 1; 0 to 1.</param>
    /// <param name="steps">1 or more.</param>
    /// <param name="startSeed">Where given, the first step starts at a uniformly drawn place within epsilon, as in the paper; else at the image.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>[1, 3, H, W], as the network takes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon or the step's size is not from 0 to 1, or there is no step.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public Tensor Pgd(
        Tensor image,
        int classIndex,
        double epsilon,
        double stepSize,
        int steps,
        ulong? startSeed = null,
        CancellationToken cancellation = default)
    {
        ThrowUnlessShare(epsilon, nameof(epsilon));
        ThrowUnlessShare(stepSize, nameof(stepSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);

        using var scope = NewDisposeScope();
        var changed = startSeed is { } seed ? Within(image.Plus(Start(image, epsilon, seed)), image, epsilon) : image;
        for (var i = 0; i < steps; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var work = NewDisposeScope();
            changed = Climb(changed, image, classIndex, epsilon, stepSize).MoveToOuterDisposeScope();
        }
        return changed.MoveToOuterDisposeScope();
    }

    private static void ThrowUnlessShare(double value, string name)
    {
        if (value is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, value, "it is from 0 to 1");
    }

    private Tensor Start(Tensor image, double epsilon, ulong seed)
    {
        // Drawn where the numbers do not depend on the device.
        using var generator = new Generator(seed);
        var noise = rand(image.shape, generator: generator).Times(2).Minus(1);                  // -1 to 1
        return scale.Difference(epsilon, image) * noise.to(image.dtype, image.device);
    }

    private Tensor Climb(Tensor changed, Tensor image, int classIndex, double epsilon, double stepSize)
    {
        var loss = new ScoreTarget(ScoreLink.LogProbability, [(classIndex, -1)]);
        var gradient = network.ImageGradients(changed, [loss], GradientRule.Derivative).squeeze(0);  // [1, 3, H, W]
        return Within(changed.Plus(scale.Difference(stepSize, image) * gradient.sign()), image, epsilon);
    }

    /// <summary>The nearest photo that is no farther than epsilon from the image.</summary>
    private Tensor Within(Tensor changed, Tensor image, double epsilon)
    {
        var reach = scale.Difference(epsilon, image);
        var near = minimum(maximum(changed, image - reach), image.Plus(reach));
        return minimum(maximum(near, scale.Input(0, image)), scale.Input(1, image));
    }
}

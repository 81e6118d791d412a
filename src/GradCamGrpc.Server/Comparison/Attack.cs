using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Server.Inference;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Comparison;

/// <summary>How a photo is changed so that a class is lost.</summary>
/// <param name="Epsilon">How far a colour of a pixel moves at most, as a share of its range, 0 to 1.</param>
internal abstract record Attack(double Epsilon)
{
    /// <summary>Changes a photo, on a thread of the model's workers.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="scale">How the network's input is made of it.</param>
    /// <param name="classIndex">The class to lose; null for the most probable one.</param>
    public AttackedPhoto On(InspectedPhoto photo, PixelScale scale, int? classIndex)
    {
        var lost = classIndex ?? Ranking.Top(photo.Logits, 1)[0];
        var original = EightBitImage.Of(photo.Image, scale);
        var changed = original.ChangedTo(Change(new Adversary(photo.Network, scale), photo, lost), scale, Epsilon);
        return new AttackedPhoto(lost, changed, changed.LargestDifference(original));
    }

    /// <returns>[1, 3, H, W], as the network takes it.</returns>
    protected abstract Tensor Change(Adversary adversary, InspectedPhoto photo, int classIndex);

    /// <summary>In one step.</summary>
    public sealed record Fgsm(double Epsilon) : Attack(Epsilon)
    {
        protected override Tensor Change(Adversary adversary, InspectedPhoto photo, int classIndex) =>
            adversary.Fgsm(photo.Image, classIndex, Epsilon);
    }

    /// <summary>In several steps.</summary>
    public sealed record Pgd(double Epsilon, double StepSize, int Steps, ulong? StartSeed) : Attack(Epsilon)
    {
        protected override Tensor Change(Adversary adversary, InspectedPhoto photo, int classIndex) =>
            adversary.Pgd(photo.Image, classIndex, Epsilon, StepSize, Steps, StartSeed, photo.Cancellation);
    }
}

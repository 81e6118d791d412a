using static TorchSharp.torch;

namespace GradCamGrpc.Training.Optimisation;

/// <summary>What a head is taught, step by step.</summary>
internal interface ILesson<in THead>
{
    /// <summary>How many steps show everything once.</summary>
    int StepsPerEpoch { get; }

    /// <summary>How wrong the head is at one step; the same arguments give the same.</summary>
    /// <param name="head">The head.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="step">The step within it, from 0.</param>
    /// <param name="choice">Chooses what the step leaves to chance.</param>
    /// <returns>A number with a tape, in the caller's dispose scope.</returns>
    Tensor Loss(THead head, int epoch, int step, Random choice);
}

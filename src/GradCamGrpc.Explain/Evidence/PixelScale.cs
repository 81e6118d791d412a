using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>How a network's input was made of a photo, colour by colour: (value − mean) / deviation, of values from 0 to 1.</summary>
public sealed record PixelScale
{
    /// <param name="means">For red, green and blue, in values from 0 to 1.</param>
    /// <param name="deviations">For red, green and blue, in values from 0 to 1; above 0.</param>
    public PixelScale(IReadOnlyList<double> means, IReadOnlyList<double> deviations)
    {
        if (means.Count != deviations.Count)
            throw new ArgumentException($"{means.Count} means do not fit {deviations.Count} deviations", nameof(deviations));
        if (!deviations.All(deviation => deviation > 0))
            throw new ArgumentOutOfRangeException(nameof(deviations), "each is above 0");
        Means = means;
        Deviations = deviations;
    }

    /// <summary>A colour's value that is 0 in the network's input.</summary>
    public IReadOnlyList<double> Means { get; }

    /// <summary>What 1 in the network's input is in a colour's values.</summary>
    public IReadOnlyList<double> Deviations { get; }

    /// <summary>What a difference of values is in the network's input, for each colour.</summary>
    /// <returns>[1, 3, 1, 1], of the type and on the device of <paramref name="like"/>.</returns>
    internal Tensor Difference(double values, Tensor like) => Colours(Deviations.Select(deviation => values / deviation), like);

    /// <summary>What a value is in the network's input, for each colour: 0 and 1 are the ends of what a photo can be.</summary>
    /// <returns>[1, 3, 1, 1], of the type and on the device of <paramref name="like"/>.</returns>
    internal Tensor Input(double value, Tensor like) => Colours(Means.Zip(Deviations, (mean, deviation) => (value - mean) / deviation), like);

    private static Tensor Colours(IEnumerable<double> numbers, Tensor like) =>
        tensor(numbers.ToArray()).to(like.dtype, like.device).reshape(1, -1, 1, 1);
}

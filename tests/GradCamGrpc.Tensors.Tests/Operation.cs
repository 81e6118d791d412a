using static TorchSharp.torch;

namespace GradCamGrpc.Tensors.Tests;

/// <summary>An operation of <see cref="TensorArithmetic"/>.</summary>
/// <param name="Compute">Applies it to −2, 1 and 3; where two tensors take part, the other one is 10, 20 and 30.</param>
/// <param name="Expected">What that gives.</param>
/// <param name="InPlace">Whether the result is written over the operand.</param>
internal sealed record Operation(Func<Tensor, Tensor> Compute, float[] Expected, bool InPlace = false)
{
    /// <summary>All there are, by name.</summary>
    public static IReadOnlyDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>(StringComparer.Ordinal)
    {
        ["a + b"] = new(a => a.Plus(Other), [8, 21, 33]),
        ["a + 0.5"] = new(a => a.Plus(0.5), [-1.5f, 1.5f, 3.5f]),
        ["a - 0.5"] = new(a => a.Minus(0.5), [-2.5f, 0.5f, 2.5f]),
        ["a * 0.5"] = new(a => a.Times(0.5), [-1, 0.5f, 1.5f]),
        ["a / 4"] = new(a => a.Over(4), [-0.5f, 0.25f, 0.75f]),
        ["a ^ 3"] = new(a => a.Power(3), [-8, 1, 27]),
        ["clamp(a, -1, 2)"] = new(a => a.Clamp(-1, 2), [-1, 1, 2]),
        ["max(a, -1)"] = new(a => a.ClampMin(-1), [-1, 1, 3]),
        ["a == 1"] = new(a => a.EqualTo(1), [0, 1, 0]),
        ["a += b"] = new(a => a.PlusInPlace(Other), [8, 21, 33], InPlace: true),
        ["a += 0.5 * b"] = new(a => a.PlusInPlace(Other, 0.5), [3, 11, 18], InPlace: true),
        ["a += 0.5 * b * b"] = new(a => a.PlusProductInPlace(Other, Other, 0.5), [48, 201, 453], InPlace: true),
        ["a += 2 * b / (4, 10, 20)"] = new(a => a.PlusQuotientInPlace(Other, tensor(new float[] { 4, 10, 20 }), 2), [3, 5, 6], InPlace: true),
        ["a += 0.5"] = new(a => a.PlusInPlace(0.5), [-1.5f, 1.5f, 3.5f], InPlace: true),
        ["a *= 0.5"] = new(a => a.TimesInPlace(0.5), [-1, 0.5f, 1.5f], InPlace: true),
        ["a = 7"] = new(a => a.FillInPlace(7), [7, 7, 7], InPlace: true),
    };

    /// <summary>What it is applied to.</summary>
    public static float[] Operand { get; } = [-2, 1, 3];

    private static Tensor Other => tensor(new float[] { 10, 20, 30 });
}

using GradCamGrpc.Explain.Cuts;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>What a network must be like for its ReLUs to be given another gradient.</summary>
internal static class Rectifiers
{
    /// <summary>Why a method that changes the gradient of ReLUs cannot be used; null where it can.</summary>
    public static string? Objection(CutNetwork network) => network.OtherNonlinearity is { } other
        ? $"needs a network whose non-linearities are all ReLU or ReLU6, and '{other}' is another"
        : null;
}

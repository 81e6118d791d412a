namespace GradCamGrpc.Explain.Fusion;

/// <summary>What is made of the values that several layers' maps have at a place.</summary>
public enum FusionRule
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Maximum,
}

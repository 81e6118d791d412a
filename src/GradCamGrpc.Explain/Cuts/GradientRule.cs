namespace GradCamGrpc.Explain.Cuts;

/// <summary>What a ReLU (or ReLU6) does to a gradient on its way back.</summary>
public enum GradientRule
{
    /// <summary>The derivative: it passes where the input was positive (and below 6).</summary>
    Derivative,

    /// <summary>Guided backpropagation: it passes where the derivative lets it, and is positive (Springenberg et al. 2015, section 3.4).</summary>
    Guided,

    /// <summary>Deconvolution: it passes where it is positive, whatever the input was (Zeiler and Fergus 2014, section 2.1).</summary>
    Deconvolution,
}

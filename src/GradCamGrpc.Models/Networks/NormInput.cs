namespace GradCamGrpc.Models.Networks;

/// <summary>What a normalisation gets from the convolution in front of it.</summary>
internal enum NormInput
{
    /// <summary>What the convolution says.</summary>
    Convolved,

    /// <summary>That, normalised: the non-linearity is left to do.</summary>
    Normalised,

    /// <summary>Its own output: nothing is left to do.</summary>
    Activated,
}

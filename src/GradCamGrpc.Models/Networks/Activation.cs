namespace GradCamGrpc.Models.Networks;

/// <summary>The non-linearity behind a normalisation.</summary>
internal enum Activation
{
    None,
    ReLU,
    ReLU6,
}

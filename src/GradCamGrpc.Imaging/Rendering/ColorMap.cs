namespace GradCamGrpc.Imaging.Rendering;

/// <summary>The colour maps, by the names they have in Matplotlib.</summary>
public enum ColorMap
{
    /// <summary>Dark blue, green, yellow, dark red.</summary>
    Turbo,

    /// <summary>Purple, green, yellow; perceptually uniform.</summary>
    Viridis,

    /// <summary>Black, purple, orange, pale yellow; perceptually uniform.</summary>
    Inferno,

    /// <summary>Blue, cyan, yellow, red: the paper's.</summary>
    Jet,

    /// <summary>Black to white.</summary>
    Grey,
}

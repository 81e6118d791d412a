using GradCamGrpc.Explain.Cuts;

namespace GradCamGrpc.Explain.Methods;

/// <summary>A way to explain a score: an <see cref="ICamMethod"/>, or an <see cref="Attribution.IAttributionMethod"/>.</summary>
public interface IExplanationMethod
{
    /// <summary>The method's name in the literature, in lower case with hyphens.</summary>
    string Name { get; }

    /// <summary>Whether the map is made at a layer; else the image's own pixels are explained.</summary>
    bool UsesLayer { get; }

    /// <summary>Values of a map at each position: 1, or 3 where each colour of a pixel is explained.</summary>
    int Channels { get; }

    /// <summary>Whether a map takes dozens of passes through the network or more.</summary>
    bool IsSlow => false;

    /// <summary>Why the method cannot be used at a layer of a network, a clause behind "it"; null where it can.</summary>
    string? ObjectionTo(CutNetwork network, CutLayer layer) => null;
}

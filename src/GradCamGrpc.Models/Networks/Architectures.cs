namespace GradCamGrpc.Models.Networks;

/// <summary>The networks this project can build, by the name that a manifest uses.</summary>
public static class Architectures
{
    /// <summary>How many features a class is told by, in the one that has fewest: ResNet-18.</summary>
    private const long LeastFeatures = 512;

    private static readonly Dictionary<string, Func<int, ServableNetwork>> Known = new(StringComparer.Ordinal)
    {
        ["alexnet"] = classes => new AlexNet(classes),
        ["efficientnet_lite0"] = classes => new EfficientNetLite0(classes),
        ["googlenet"] = classes => new GoogLeNet(classes),
        ["resnet18"] = ResNet.With18Layers,
        ["resnet50"] = ResNet.With50Layers,
        ["vgg16"] = classes => new Vgg16(classes),
    };

    /// <summary>The names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How many numbers a network of so many classes is made of, whichever it is, at least.</summary>
    public static long LeastNumbers(int classes) => classes * LeastFeatures;

    /// <summary>Builds a network with random weights.</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static ServableNetwork Create(string name, int classes) =>
        Known.TryGetValue(name, out var create) ? create(classes) : throw new ArgumentException($"unknown architecture '{name}'", nameof(name));
}

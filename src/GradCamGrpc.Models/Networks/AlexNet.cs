using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>AlexNet (Krizhevsky 2014, the variant of one column), with the names of torchvision's <c>alexnet</c>.</summary>
/// <param name="classes">How many classes it tells apart; the weights are random.</param>
public sealed class AlexNet(int classes) : FeaturesNetwork(nameof(AlexNet), Features(), GridSide, Classifier(classes))
{
    private const int GridSide = 6;
    private const int HiddenUnits = 4096;

    private static nn.Module<Tensor, Tensor>[] Features() =>
    [
        SymmetricConv2d.WithBias(3, 64, 11, padding: 2, stride: 4),    // [B, 64, 55, 55] for a 224x224 input
        nn.ReLU(),
        nn.MaxPool2d(3, stride: 2),                                    // [B, 64, 27, 27]
        SymmetricConv2d.WithBias(64, 192, 5, padding: 2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride: 2),                                    // [B, 192, 13, 13]
        SymmetricConv2d.WithBias(192, 384, 3, padding: 1),
        nn.ReLU(),
        SymmetricConv2d.WithBias(384, 256, 3, padding: 1),
        nn.ReLU(),
        SymmetricConv2d.WithBias(256, 256, 3, padding: 1),
        nn.ReLU(),                                                     // [B, 256, 13, 13]
        nn.MaxPool2d(3, stride: 2),                                    // [B, 256, 6, 6]
    ];

    private static nn.Module<Tensor, Tensor>[] Classifier(int classes) =>
    [
        nn.Dropout(),
        nn.Linear(256 * GridSide * GridSide, HiddenUnits),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(HiddenUnits, HiddenUnits),
        nn.ReLU(),
        nn.Linear(HiddenUnits, classes),
    ];
}

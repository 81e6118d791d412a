using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>VGG-16 (Simonyan and Zisserman 2015, configuration D, no normalisation), with the names of torchvision's <c>vgg16</c>.</summary>
/// <param name="classes">How many classes it tells apart; the weights are random.</param>
public sealed class Vgg16(int classes) : FeaturesNetwork(nameof(Vgg16), Features(), GridSide, Classifier(classes))
{
    private const int GridSide = 7;
    private const int HiddenUnits = 4096;

    /// <summary>The channels of each convolution; a pooling ends each stage.</summary>
    private static readonly int[][] Stages =
    [
        [64, 64],           // 224x224 for a 224x224 input
        [128, 128],         // 112x112
        [256, 256, 256],    // 56x56
        [512, 512, 512],    // 28x28
        [512, 512, 512],    // 14x14, and 7x7 after the last pooling
    ];

    private static IEnumerable<nn.Module<Tensor, Tensor>> Features()
    {
        var inChannels = 3;
        foreach (var stage in Stages)
        {
            foreach (var channels in stage)
            {
                yield return SymmetricConv2d.WithBias(inChannels, channels, 3, padding: 1);
                yield return nn.ReLU();
                inChannels = channels;
            }
            yield return nn.MaxPool2d(2, stride: 2);
        }
    }

    private static nn.Module<Tensor, Tensor>[] Classifier(int classes) =>
    [
        nn.Linear(Stages[^1][^1] * GridSide * GridSide, HiddenUnits),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(HiddenUnits, HiddenUnits),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(HiddenUnits, classes),
    ];
}

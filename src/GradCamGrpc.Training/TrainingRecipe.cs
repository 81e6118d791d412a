namespace GradCamGrpc.Training;

/// <summary>How a head is trained.</summary>
public sealed record TrainingRecipe
{
    /// <summary>How often every photo is seen.</summary>
    public required int Epochs { get; init; }

    /// <summary>Photos in a step, each with all its sentences.</summary>
    public required int PhotosPerStep { get; init; }

    /// <summary>The largest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The share of a matrix that a step takes away, per unit of learning rate.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The share of values that is left out.</summary>
    public double Dropout { get; init; } = 0.25;

    /// <summary>The share of probability that is spread over all words (Szegedy et al. 2016).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>The share of the weights' moving average that a step keeps.</summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>How many views of a photo there are.</summary>
    public int Views { get; init; } = 4;

    /// <summary>Makes weights, order, views and dropout.</summary>
    public int Seed { get; init; } = 1;
}

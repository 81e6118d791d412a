namespace GradCamGrpc.Training;

/// <summary>Is told how far a training is, by the thread that trains.</summary>
public interface ITrainingListener
{
    /// <summary>The trunk has run for one more photo.</summary>
    /// <param name="done">Photos that are done.</param>
    /// <param name="all">Photos in all.</param>
    void PhotoRead(int done, int all);

    /// <summary>The head has taken a step.</summary>
    void Trained(TrainingProgress progress);

    /// <summary>The head has seen everything once more.</summary>
    /// <param name="epoch">How often, from 1.</param>
    /// <param name="quality">How good it is on data held out, as text.</param>
    void EpochDone(int epoch, string quality);
}

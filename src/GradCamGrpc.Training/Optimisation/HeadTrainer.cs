using System.Globalization;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Optimisation;

/// <summary>Teaches a head a lesson.</summary>
/// <remarks>
/// It can be interrupted: with the same recipe and the file of its state it goes on as if it had not been. It seeds torch's generator, of which
/// there is one for the process (dropout takes it): two trainings in one process would disturb each other.
/// </remarks>
internal sealed class HeadTrainer<THead> : IDisposable
    where THead : nn.Module
{
    /// <summary>The share of the reported loss that a step makes up.</summary>
    private const double LossShare = 0.02;

    private readonly THead _head;
    private readonly ILesson<THead> _lesson;
    private readonly TrainingRecipe _recipe;
    private readonly AdamW _optimiser;
    private readonly MovingAverage _average;
    private readonly TrainingState _state;

    /// <param name="build">Builds the head, with random weights.</param>
    /// <param name="lesson">What it is taught.</param>
    /// <param name="recipe">How it is trained.</param>
    public HeadTrainer(Func<THead> build, ILesson<THead> lesson, TrainingRecipe recipe)
    {
        random.manual_seed(recipe.Seed);
        _head = build();
        _lesson = lesson;
        _recipe = recipe;
        _optimiser = new AdamW(_head, recipe.WeightDecay);
        _average = new MovingAverage(_head, recipe.AverageDecay);
        _state = new TrainingState(_head, _optimiser, _average);
    }

    /// <summary>Trains.</summary>
    /// <param name="stateFile">Where the state is kept after every epoch, and found again.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="epochDone">Told after each epoch (its number, from 1, and the head, which then is the average of its weights).</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidDataException">A loss is not finite: its step is not taken.</exception>
    public void Run(string stateFile, Action<TrainingProgress> progress, Action<int, THead> epochDone, CancellationToken cancellation)
    {
        var perEpoch = _lesson.StepsPerEpoch;
        var rate = LearningRate.Of(_recipe.LearningRate, perEpoch, _recipe.Epochs);
        var steps = rate.Steps;
        var loss = double.NaN;
        for (var step = _state.Read(stateFile); step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var latest = Step((int)(step / perEpoch), (int)(step % perEpoch), step, rate.At(step));
            loss = double.IsNaN(loss) ? latest : loss + LossShare * (latest - loss);
            progress(new TrainingProgress(step + 1, steps, loss));
            if ((step + 1) % perEpoch != 0)
                continue;
            _state.Write(stateFile, step + 1);
            UseAverage(head => epochDone((int)((step + 1) / perEpoch), head));
        }
    }

    /// <summary>Runs something with the trained head: the average of its weights, nothing left out.</summary>
    public void UseAverage(Action<THead> use) => _average.Use(() =>
    {
        _head.eval();
        use(_head);
        return true;
    });

    public void Dispose()
    {
        _average.Dispose();
        _optimiser.Dispose();
        _head.Dispose();
    }

    private double Step(int epoch, int stepOfEpoch, long step, double learningRate)
    {
        // All that is random depends on the step alone, so that an interruption changes nothing.
        var seed = unchecked((int)(_recipe.Seed * 1_000_003L + step));
        random.manual_seed(seed);
        using var scope = NewDisposeScope();
        _head.train();
        var loss = _lesson.Loss(_head, epoch, stepOfEpoch, new Random(seed));
        var value = loss.item<float>();
        if (!float.IsFinite(value))
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the loss of step {step + 1} is not finite"));
        loss.backward();
        _optimiser.Step(learningRate);
        _average.Update(step);
        return value;
    }
}

using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Training.Optimisation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Tests.Optimisation;

[Collection(TorchRandomness.Name)]
public sealed class HeadTrainerTests : IDisposable
{
    private static readonly TrainingRecipe Recipe = new() { Epochs = 4, PhotosPerStep = 1, LearningRate = 0.05, Seed = 3 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _scope.Dispose();
    }

    /// <summary>Learns y = 2x, with noise and dropout, so that a step depends on all that is random.</summary>
    private sealed class Doubling : ILesson<Sequential>
    {
        public int StepsPerEpoch => 10;

        public Tensor Loss(Sequential head, int epoch, int step, Random choice)
        {
            var x = tensor((float)choice.NextDouble()).expand(4, 1);
            return (head.call(x) - x * tensor(2f)).square().mean();
        }
    }

    [Fact]
    public void Run_Interrupted_GoesOnAsIfItHadNotBeen()
    {
        var whole = Train(Path.Combine(_folder, "whole"), stopAfter: null);

        var state = Path.Combine(_folder, "interrupted");
        Assert.Throws<OperationCanceledException>(() => Train(state, stopAfter: 25));
        var resumed = Train(state, stopAfter: null);

        Assert.Equal(whole, resumed);
    }

    [Fact]
    public void Run_Lesson_IsLearnt()
    {
        var losses = new List<double>();
        using var trainer = new HeadTrainer<Sequential>(Build, new Doubling(), Recipe with { Epochs = 30 });

        trainer.Run(Path.Combine(_folder, "state"), progress => losses.Add(progress.Loss), (_, _) => { }, TestContext.Current.CancellationToken);

        Assert.Equal(300, losses.Count);
        Assert.True(losses[^1] < losses[0] / 5, $"{losses[0]} to {losses[^1]}");
    }

    [Fact]
    public void Run_StateOfAnotherHead_IsRefused()
    {
        var state = Path.Combine(_folder, "state");
        Train(state, stopAfter: null);
        using var other = new HeadTrainer<Sequential>(() => Build(width: 5), new Doubling(), Recipe with { Epochs = 5 });

        Assert.Throws<CheckpointException>(() => other.Run(state, _ => { }, (_, _) => { }, TestContext.Current.CancellationToken));
    }

    /// <summary>The same loss, but at one step it is none.</summary>
    private sealed class Failing(long failAt) : ILesson<Sequential>
    {
        private readonly Doubling _sound = new();

        public int StepsPerEpoch => _sound.StepsPerEpoch;

        public Tensor Loss(Sequential head, int epoch, int step, Random choice)
        {
            var loss = _sound.Loss(head, epoch, step, choice);
            return epoch * StepsPerEpoch + step == failAt - 1 ? loss / zeros(1) : loss;
        }
    }

    [Fact]
    public void Run_LossIsNotFinite_EndsBeforeTheWeightsAreSpoilt()
    {
        var state = Path.Combine(_folder, "state");
        var steps = 0L;
        using var trainer = new HeadTrainer<Sequential>(Build, new Failing(failAt: 13), Recipe);

        var fault = Assert.Throws<InvalidDataException>(() =>
            trainer.Run(state, progress => steps = progress.Step, (_, _) => { }, TestContext.Current.CancellationToken));

        Assert.Equal("the loss of step 13 is not finite", fault.Message);
        Assert.Equal(12, steps);
        trainer.UseAverage(head => Assert.All(head.parameters(), parameter => Assert.All(parameter.data<float>().ToArray(), AssertFinite)));

        static void AssertFinite(float value) => Assert.True(float.IsFinite(value));
    }

    /// <summary>Notes what is random, and the weight before each step. Its loss is the weight, so that each step lowers it.</summary>
    private sealed class Noting(int stepsPerEpoch) : ILesson<Linear>
    {
        public List<string> Masks { get; } = [];

        public List<double> Choices { get; } = [];

        public List<double> Weights { get; } = [];

        public int StepsPerEpoch => stepsPerEpoch;

        public Tensor Loss(Linear head, int epoch, int step, Random choice)
        {
            Masks.Add(string.Join(' ', nn.functional.dropout(ones(64), 0.5, training: true).data<float>().ToArray()));
            Choices.Add(choice.NextDouble());
            Weights.Add(head.weight!.item<float>());
            return head.call(ones(1, 1)).sum();
        }
    }

    [Fact]
    public void Run_EveryStep_LeavesOutAndChoosesAnew()
    {
        var lesson = new Noting(stepsPerEpoch: 5);
        using var trainer = new HeadTrainer<Linear>(() => nn.Linear(1, 1, hasBias: false), lesson, Recipe with { Epochs = 2 });

        trainer.Run(Path.Combine(_folder, "state"), _ => { }, (_, _) => { }, TestContext.Current.CancellationToken);

        Assert.Equal(10, lesson.Masks.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(10, lesson.Choices.Distinct().Count());
    }

    /// <summary>The first step's average is nine tenths of the weight after it, the second's keeps 2/11.</summary>
    [Fact]
    public void Run_FirstSteps_MakeUpMostOfTheAverage()
    {
        var lesson = new Noting(stepsPerEpoch: 1);
        var averages = new List<double>();
        using var trainer = new HeadTrainer<Linear>(() => nn.Linear(1, 1, hasBias: false), lesson, Recipe with { Epochs = 3, AverageDecay = 0.999 });

        trainer.Run(
            Path.Combine(_folder, "state"), _ => { }, (_, head) => averages.Add(head.weight!.item<float>()), TestContext.Current.CancellationToken);

        var weights = lesson.Weights;
        Assert.True(weights[0] - weights[1] > 0.01);
        var first = 0.1 * weights[0] + 0.9 * weights[1];
        Assert.Equal(first, averages[0], 1e-6);
        Assert.Equal(2 / 11.0 * first + 9 / 11.0 * weights[2], averages[1], 1e-6);
    }

    private static float[] Train(string state, int? stopAfter)
    {
        using var stop = new CancellationTokenSource();
        using var trainer = new HeadTrainer<Sequential>(Build, new Doubling(), Recipe);
        trainer.Run(
            state,
            progress =>
            {
                if (progress.Step == stopAfter)
                    stop.Cancel();
            },
            (_, _) => { },
            stop.Token);
        float[] weights = [];
        trainer.UseAverage(head => weights = [.. head.parameters().SelectMany(parameter => parameter.data<float>().ToArray())]);
        return weights;
    }

    private static Sequential Build() => Build(width: 6);

    private static Sequential Build(int width) => nn.Sequential(nn.Linear(1, width), nn.ReLU(), nn.Dropout(0.1), nn.Linear(width, 1));
}

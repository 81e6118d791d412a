using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Optimisation;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Captions;

/// <summary>Teaches a head to say what people said of photos (cross entropy of each next word).</summary>
/// <remarks>It can be interrupted: with the same recipe and the same file of its state it goes on as if it had not been.</remarks>
public sealed class CaptionTrainer : IDisposable
{
    private readonly IReadOnlyList<CaptionedPhoto> _photos;
    private readonly IReadOnlyList<int[][]> _captions;
    private readonly IReadOnlyList<IReadOnlyList<PhotoView>> _views;
    private readonly FeatureFile _features;
    private readonly TrainingRecipe _recipe;
    private readonly CaptionHead _head;
    private readonly AdamW _optimiser;
    private readonly MovingAverage _average;
    private readonly TrainingState _state;
    private readonly int _stepsPerEpoch;

    /// <param name="photos">The photos; every one has as many captions.</param>
    /// <param name="vocabulary">The words.</param>
    /// <param name="features">The photos' maps.</param>
    /// <param name="views">Their views.</param>
    /// <param name="shape">The head's size.</param>
    /// <param name="recipe">How it is trained.</param>
    public CaptionTrainer(
        IReadOnlyList<CaptionedPhoto> photos,
        Vocabulary vocabulary,
        FeatureFile features,
        IReadOnlyList<IReadOnlyList<PhotoView>> views,
        HeadShape shape,
        TrainingRecipe recipe)
    {
        _photos = photos;
        _captions = [.. photos.Select(photo => photo.Captions.Select(vocabulary.NumbersOf).ToArray())];
        _views = views;
        _features = features;
        _recipe = recipe;
        random.manual_seed(recipe.Seed);
        _head = new CaptionHead(features.Sources, vocabulary.Count, shape, recipe.Dropout);
        _optimiser = new AdamW(_head, recipe.WeightDecay);
        _average = new MovingAverage(_head, recipe.AverageDecay);
        _state = new TrainingState(_head, _optimiser, _average);
        _stepsPerEpoch = (photos.Count + recipe.PhotosPerStep - 1) / recipe.PhotosPerStep;
    }

    /// <summary>The steps of the whole training.</summary>
    public long Steps => (long)_stepsPerEpoch * _recipe.Epochs;

    /// <summary>Trains.</summary>
    /// <param name="stateFile">Where the state is kept after every epoch, and found again.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="epochDone">Told after each epoch (its number, from 1), the head then being the average of its weights.</param>
    /// <param name="cancellation">Ends it.</param>
    public void Run(string stateFile, Action<TrainingProgress> progress, Action<int, CaptionHead> epochDone, CancellationToken cancellation)
    {
        var rate = new LearningRate(_recipe.LearningRate, _stepsPerEpoch, Steps);
        var loss = double.NaN;
        for (var step = _state.Read(stateFile); step < Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var latest = Step(step, rate.At(step));
            loss = double.IsNaN(loss) ? latest : 0.98 * loss + 0.02 * latest;
            progress(new TrainingProgress(step + 1, Steps, loss));
            if ((step + 1) % _stepsPerEpoch != 0)
                continue;
            _state.Write(stateFile, step + 1);
            UseAverage(head => epochDone((int)((step + 1) / _stepsPerEpoch), head));
        }
    }

    /// <summary>Runs something with the trained head: the average of its weights, nothing left out.</summary>
    public void UseAverage(Action<CaptionHead> use) => _average.Use(() =>
    {
        _head.eval();
        use(_head);
        return true;
    });

    /// <inheritdoc />
    public void Dispose()
    {
        _average.Dispose();
        _optimiser.Dispose();
        _head.Dispose();
    }

    private double Step(long step, double learningRate)
    {
        using var scope = NewDisposeScope();

        // Everything random depends on the step alone, so that training goes on after an interruption as if there had been none.
        random.manual_seed(HashCode(step));
        var choice = new Random(HashCode(step));
        var photos = PhotosOf(step);
        var chosen = photos.Select(photo => (photo, ChooseView(photo, choice))).ToArray();
        _head.train();
        var memory = _head.Look(_features.Read(chosen));
        var (words, next) = CaptionBatch.Of([.. photos.SelectMany(photo => _captions[photo])], _head.MaxWords);
        var logits = _head.Logits(memory, words);                                            // [N, T, V]
        var loss = nn.functional.cross_entropy(
            logits.flatten(0, 1), next.flatten(), ignore_index: Vocabulary.Padding, label_smoothing: _recipe.LabelSmoothing);
        loss.backward();
        _optimiser.Step(learningRate);
        _average.Update(step);
        return loss.item<float>();
    }

    private int[] PhotosOf(long step)
    {
        var epoch = (int)(step / _stepsPerEpoch);
        var order = Enumerable.Range(0, _photos.Count).ToArray();
        new Random(_recipe.Seed * 1000 + epoch).Shuffle(order);
        return [.. order.Skip((int)(step % _stepsPerEpoch) * _recipe.PhotosPerStep).Take(_recipe.PhotosPerStep)];
    }

    private int ChooseView(int photo, Random choice)
    {
        int[] allowed = [.. Enumerable.Range(0, _views[photo].Count).Where(view => !_views[photo][view].IsMirrored || _photos[photo].MayBeMirrored)];
        return allowed[choice.Next(allowed.Length)];
    }

    private int HashCode(long step) => unchecked((int)(_recipe.Seed * 1_000_003 + step));
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Evidence;

/// <summary>Runs checks that destroy a network: each on a copy that is loaded for it and on a thread of its own, one at a time.</summary>
internal sealed class SanityChecks(ServerOptions options, ServerMetrics metrics) : IAsyncDisposable
{
    /// <summary>When to try again: a check of a few methods takes some seconds.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turns = new(1);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Takes the one turn there is.</summary>
    /// <returns>Gives it back when it is disposed.</returns>
    /// <exception cref="CheckRunningException">Another check has it.</exception>
    public IDisposable Take(ModelInstance model)
    {
        if (_turns.Wait(TimeSpan.Zero))
            return new Turn(_turns);
        metrics.Refused(model.Name, "sanity");
        throw new CheckRunningException(RetryAfter);
    }

    /// <summary>Runs a check, for whoever has the turn. When the enumeration ends, however it ends, the thread and the copy are gone.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits any more, or the server stops.</exception>
    public async IAsyncEnumerable<SanityStep> RunAsync(SanityPlan plan, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        var steps = Channel.CreateUnbounded<SanityStep>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var thread = Task.Factory.StartNew(
            () => Run(plan, steps.Writer, ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var step in steps.Reader.ReadAllAsync(CancellationToken.None))
                yield return step;
        }
        finally
        {
            await ending.CancelAsync();
            await thread;
        }
    }

    /// <summary>Ends the check that runs. A process must not end under its thread.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _turns.WaitAsync();
        _turns.Dispose();
        _stopping.Dispose();
    }

    private void Run(SanityPlan plan, ChannelWriter<SanityStep> steps, CancellationToken cancellation)
    {
        try
        {
            Check(plan, steps, cancellation);
            steps.TryComplete();
        }
        catch (Exception fault)
        {
            steps.TryComplete(fault);
        }
    }

    private void Check(SanityPlan plan, ChannelWriter<SanityStep> steps, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var request = plan.Request;
        using var device = ComputeDevice.Open(options.Devices[0]);
        using var network = Copy(request.Model);
        network.to(device.Device);
        network.Freeze();
        var input = request.Model.Manifest.Preprocessing;
        var cut = new CutNetwork(network, ChannelsLast.Noise(input.CropHeight, input.CropWidth, device.Device));
        var image = device.Upload(1, plan.Height, plan.Width, (_, values) => plan.Values.CopyTo(values));       // [1, 3, h, w], channels last
        var question = new SanityQuestion(image, plan.Score.Target);
        var check = new SanityCheck(network, cut, [question], cut.Layers[request.Layer.Name], request.Methods, cancellation);
        steps.TryWrite(new SanityStep.Started(check.Modules, check.Scores[0]));
        foreach (var checkpoint in check.Randomize(request.CheckpointCount, request.Seed, cancellation))
            steps.TryWrite(new SanityStep.Compared(checkpoint));
    }

    /// <summary>The model's network once more, off its folder. In that there may be another version by now.</summary>
    private static ServableNetwork Copy(ModelInstance model)
    {
        ServableNetwork network;
        try
        {
            network = model.Folder.BuildNetwork();
        }
        catch (Exception) when (!model.Folder.HasItsWeights())
        {
            throw Changed(model);
        }
        if (model.Folder.HasItsWeights())
            return network;
        network.Dispose();
        throw Changed(model);
    }

    private static FailedPreconditionException Changed(ModelInstance model) =>
        new("MODEL_CHANGED", $"the files of the model '{model.Name}' have changed since it was loaded; try again once the new ones are served");

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private int _isReturned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
                turns.Release();
        }
    }
}

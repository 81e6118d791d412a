using System.Diagnostics;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Heads;

/// <summary>A photo of which a head says something, and scores of that to explain.</summary>
/// <remarks>It shares the trunk's pass with the other photos of its batch.</remarks>
/// <typeparam name="TSaid">What the head says.</typeparam>
/// <param name="layers">The layers that the head reads.</param>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal abstract class HeadRequest<TSaid>(HeadLayers layers, CancellationToken cancellation)
    : StreamingRequest<ReadyMap>(cancellation), IInspection
{
    private readonly TaskCompletionSource<TSaid> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ImageQuery Query => layers.Query;

    /// <summary>What the head says, once it is found.</summary>
    public Task<TSaid> Said => _said.Task;

    public abstract void Run(InspectedPhoto photo);

    /// <inheritdoc />
    /// <remarks>A photo for which nobody waited any more has not been shown to the head.</remarks>
    public override void Finished()
    {
        base.Finished();
        _said.TrySetCanceled(Cancellation);
    }

    public override void Fail(Exception reason)
    {
        base.Fail(reason);
        _said.TrySetException(reason);

        // Nobody may be there to see the fault of a task that nobody awaits.
        _ = _said.Task.Exception;
    }

    protected void Say(TSaid said) => _said.TrySetResult(said);

    /// <summary>Hands over maps, those at the layers that are asked for.</summary>
    /// <param name="maps">The maps, each with the index of its target.</param>
    /// <param name="layers">The layers that are asked for.</param>
    /// <param name="clock">Runs since the head was begun.</param>
    /// <exception cref="NonFiniteException">A map is no map.</exception>
    protected void HandOver(IEnumerable<(int Target, SaliencyMap Map)> maps, IReadOnlyList<CutLayer> layers, Stopwatch clock)
    {
        foreach (var (target, map) in maps)
        {
            if (!layers.Contains(map.Layer!))
                continue;
            if (!map.IsFinite)
                throw new NonFiniteException($"the values of the {map.Method.Name} map of target {target}");
            Ready(new ReadyMap(target, ClassIndex: null, map, clock.Elapsed));
        }
    }
}

using System.Threading.Channels;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using MapGrid = GradCamGrpc.Protos.V1.MapGrid;
using MapValues = GradCamGrpc.Protos.V1.MapValues;

namespace GradCamGrpc.Server.Tests;

public sealed class MapQuestionTests
{
    private static readonly OutputForm Numbers = new OutputForm.Raw(MapGrid.Native, MapValues.Scaled);
    private static readonly OutputForm Picture = new OutputForm.HeatMap(ColorMap.Jet, new ImageWriting(PictureFormat.Png, 100));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A map of numbers is there as soon as it is asked for; whoever draws gives way first, so that what came before it goes out.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fused_MapsThatAreThere_ComeAtOnceUnlessTheyAreDrawn(bool isDrawn)
    {
        var maps = Channel.CreateUnbounded<ReadyMap>();
        var map = new SaliencyMap(new Cam(), Layer: null, Target: null, Score: 1, new MapShape(1, 1, 1), new float[1]);
        maps.Writer.TryWrite(new ReadyMap(TargetIndex: 0, ClassIndex: 0, map, TimeSpan.Zero));
        maps.Writer.Complete();

        // Neither the model nor the view has a say in it.
        var question = new CheckedExplainRequest(null!, null!, 1, [], [], null, [], isDrawn ? [Numbers, Picture] : [Numbers], []);
        await using var fused = question.Fused(maps.Reader.ReadAllAsync(Cancellation)).GetAsyncEnumerator(Cancellation);

        var turns = new HeldTurns();
        var next = turns.Start(fused.MoveNextAsync);

        Assert.Equal(!isDrawn, next.IsCompleted);
        turns.Give();
        Assert.True(await next);
    }

    /// <summary>Holds back what would go on later.</summary>
    private sealed class HeldTurns : SynchronizationContext
    {
        private readonly Queue<Action> _held = [];

        public T Start<T>(Func<T> work)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                return work();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }

        public override void Post(SendOrPostCallback d, object? state) => _held.Enqueue(() => d(state));

        public void Give()
        {
            while (_held.TryDequeue(out var turn))
                turn();
        }
    }
}

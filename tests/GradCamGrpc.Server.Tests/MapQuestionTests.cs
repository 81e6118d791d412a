using System.Threading.Channels;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using BoxSelection = GradCamGrpc.Protos.V1.BoxSelection;
using MapGrid = GradCamGrpc.Protos.V1.MapGrid;
using MapValues = GradCamGrpc.Protos.V1.MapValues;

namespace GradCamGrpc.Server.Tests;

public sealed class MapQuestionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Where an output takes time, what came before goes out before the map is there to make it of.</summary>
    [Theory]
    [InlineData("raw", true)]
    [InlineData("heat_map", false)]
    [InlineData("boxes", false)]
    public async Task FusedInTurns_MapsThatAreThere_ComeAtOnceUnlessOutputsTakeTime(string output, bool comesAtOnce)
    {
        var maps = Channel.CreateUnbounded<ReadyMap>();
        var map = new SaliencyMap(new Cam(), Layer: null, Target: null, Score: 1, new MapShape(1, 1, 1), new float[1]);
        maps.Writer.TryWrite(new ReadyMap(TargetIndex: 0, ClassIndex: 0, map, TimeSpan.Zero));
        maps.Writer.Complete();

        // Neither the model nor the view has a say in it.
        var question = new CheckedExplainRequest(null!, null!, 1, [], [], null, [], [FormOf("raw"), FormOf(output)], []);
        await using var fused = question.FusedInTurns(maps.Reader.ReadAllAsync(Cancellation)).GetAsyncEnumerator(Cancellation);

        var turns = new HeldTurns();
        var next = turns.Start(fused.MoveNextAsync);

        Assert.Equal(comesAtOnce, next.IsCompleted);
        turns.Give();
        Assert.True(await next);
    }

    private static OutputForm FormOf(string name) => name switch
    {
        "raw" => new OutputForm.Raw(MapGrid.Native, MapValues.Scaled),
        "heat_map" => new OutputForm.HeatMap(ColorMap.Jet, new ImageWriting(PictureFormat.Png, Quality: 100)),
        _ => new OutputForm.Boxes(Threshold: 0.5, BoxSelection.All),
    };

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

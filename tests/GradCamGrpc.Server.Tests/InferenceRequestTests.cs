using System.Diagnostics;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests;

public sealed class InferenceRequestTests
{
    private static readonly ForwardResult Result = new([1, 2], TimeSpan.Zero, TimeSpan.Zero, BatchSize: 1);

    [Fact]
    public async Task Fail_AfterThePrediction_LeavesItAndNobodyWaitsForMore()
    {
        var request = Request(CancellationToken.None);
        request.Predicted(Result);
        Assert.True(request.IsWaiting);

        request.Fail(new InvalidOperationException("no map"));

        Assert.False(request.IsWaiting);
        Assert.Same(Result, await request.Prediction);
    }

    [Fact]
    public void Fail_BeforeThePrediction_IsWhatThePredictionFailsWith()
    {
        var request = Request(CancellationToken.None);

        request.Fail(new InvalidOperationException("no outputs"));
        request.Predicted(Result);

        Assert.False(request.IsWaiting);
        Assert.Equal("no outputs", request.Prediction.Exception!.InnerException!.Message);
    }

    [Fact]
    public void IsWaiting_ClientHasLeft_IsFalse()
    {
        using var leaving = new CancellationTokenSource();
        var request = Request(leaving.Token);

        leaving.Cancel();

        Assert.False(request.IsWaiting);
    }

    /// <summary>Who waits for what the head says must not wait for ever.</summary>
    [Fact]
    public async Task Finished_HeadWasNotAsked_WhatItSaysIsCancelled()
    {
        using var head = new CaptionHead([new HeadSource("a", 2, 2, 2)], words: 6, new HeadShape(Width: 8, AttentionHeads: 2, Layers: 1, MaxWords: 3));
        using var leaving = new CancellationTokenSource();
        var request = new SilentRequest(new HeadLayers(head), leaving.Token);
        request.Predicted(Result);
        await leaving.CancelAsync();

        request.Finished();

        Assert.True(request.Said.IsCanceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await request.Items.GetAsyncEnumerator(leaving.Token).MoveNextAsync());
    }

    /// <summary>A map that is no map is refused, and what came before it stays; one at a layer that nobody asked for is not looked at.</summary>
    [Fact]
    public void HandOver_MapIsNotFinite_IsRefused()
    {
        using var head = new CaptionHead([new HeadSource("a", 2, 1, 2)], words: 6, new HeadShape(Width: 8, AttentionHeads: 2, Layers: 1, MaxWords: 3));
        var layer = new CutLayer("a", 2, 1, 2);
        var request = new SilentRequest(new HeadLayers(head), CancellationToken.None);
        SaliencyMap Map(CutLayer at, float value) => new(new GradCam(), at, Target: null, Score: 1, new MapShape(1, 1, 2), new[] { 1, value });

        request.HandOver([(0, Map(layer, 2)), (1, Map(new CutLayer("b", 2, 1, 2), float.NaN))], layer);
        var fault = Assert.Throws<NonFiniteException>(() => request.HandOver([(3, Map(layer, float.PositiveInfinity))], layer));

        Assert.Contains("grad-cam map of target 3", fault.Message, StringComparison.Ordinal);
        Assert.Throws<NonFiniteException>(() => request.HandOver([(3, Map(layer, float.NaN))], layer));
    }

    private static InferenceRequest Request(CancellationToken cancellation) => new(cancellation);

    private sealed class SilentRequest(HeadLayers layers, CancellationToken cancellation) : HeadRequest<string>(layers, cancellation)
    {
        public override void Run(InspectedPhoto photo) => throw new NotSupportedException();

        public void HandOver(IEnumerable<(int Target, SaliencyMap Map)> maps, CutLayer layer) => HandOver(maps, [layer], Stopwatch.StartNew());
    }
}

using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests;

public sealed class ActivationCacheTests
{
    private const int PhotoBytes = 40;

    [Fact]
    public void TryGet_WhatWasKept_IsThat()
    {
        var cache = new ActivationCache(100);
        var photo = Photo(1);

        cache.Keep(Key("a"), photo);

        Assert.True(cache.TryGet(Key("a"), out var kept));
        Assert.Same(photo, kept);
        Assert.Equal(PhotoBytes, cache.Bytes);
    }

    [Theory]
    [InlineData("weights", "a", "layers")]
    [InlineData("w", "b", "layers")]
    [InlineData("w", "a", "layer")]
    public void TryGet_OtherWeightsInputOrLayers_IsNotThere(string weights, string input, string layers)
    {
        var cache = new ActivationCache(100);
        cache.Keep(new ActivationKey("w", "a", "layers"), Photo(1));

        Assert.False(cache.TryGet(new ActivationKey(weights, input, layers), out var kept));
        Assert.Null(kept);
    }

    /// <summary>There is room for two: of a, b and c the one goes that was not used for the longest time.</summary>
    [Fact]
    public void Keep_NoRoomLeft_TheLeastRecentlyUsedGoes()
    {
        var cache = new ActivationCache(2 * PhotoBytes);
        cache.Keep(Key("a"), Photo(1));
        cache.Keep(Key("b"), Photo(2));
        Assert.True(cache.TryGet(Key("a"), out _));

        cache.Keep(Key("c"), Photo(3));

        Assert.True(cache.TryGet(Key("a"), out _));
        Assert.False(cache.TryGet(Key("b"), out _));
        Assert.True(cache.TryGet(Key("c"), out _));
        Assert.Equal(2 * PhotoBytes, cache.Bytes);
    }

    [Fact]
    public void Forget_ANetwork_LeavesWhatOthersSaid()
    {
        var cache = new ActivationCache(100);
        cache.Keep(new ActivationKey("v", "a", "layers"), Photo(1));
        cache.Keep(new ActivationKey("w", "a", "layers"), Photo(2));

        cache.Forget("v");

        Assert.False(cache.TryGet(new ActivationKey("v", "a", "layers"), out _));
        Assert.True(cache.TryGet(new ActivationKey("w", "a", "layers"), out _));
        Assert.Equal(PhotoBytes, cache.Bytes);
    }

    [Fact]
    public void Keep_SameKeyAgain_TakesNoMoreRoom()
    {
        var cache = new ActivationCache(2 * PhotoBytes);
        cache.Keep(Key("a"), Photo(1));
        cache.Keep(Key("b"), Photo(2));

        cache.Keep(Key("a"), Photo(3));

        Assert.True(cache.TryGet(Key("a"), out var kept) && kept.Logits[0] == 3);
        Assert.True(cache.TryGet(Key("b"), out _));
        Assert.Equal(2 * PhotoBytes, cache.Bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(PhotoBytes - 1)]
    public void Keep_LargerThanEverything_IsNotKept(long capacity)
    {
        var cache = new ActivationCache(capacity);

        cache.Keep(Key("a"), Photo(1));

        Assert.False(cache.TryGet(Key("a"), out _));
        Assert.Equal(0, cache.Bytes);
        Assert.False(cache.CanKeep(PhotoBytes));
        Assert.True(cache.CanKeep(capacity));
    }

    /// <summary>Many threads keep and look up: nobody gets another key's photo, and no more is ever kept than may be.</summary>
    [Fact]
    public void KeepAndTryGet_ManyThreads_NeverMixUpNorGrow()
    {
        var cache = new ActivationCache(5 * PhotoBytes);
        Parallel.For(0, 8, thread =>
        {
            var random = new Random(thread);
            for (var turn = 0; turn < 5000; turn++)
            {
                var number = random.Next(12);
                if (cache.TryGet(Key($"{number}"), out var kept))
                    Assert.Equal(number, kept.Logits[0]);
                else
                    cache.Keep(Key($"{number}"), Photo(number));
                Assert.InRange(cache.Bytes, 0, 5 * PhotoBytes);
            }
        });
        Assert.Equal(5 * PhotoBytes, cache.Bytes);
    }

    private static ActivationKey Key(string input) => new("w", input, "layers");

    /// <summary>Ten numbers.</summary>
    private static KeptPhoto Photo(float number) => new([number, 0], [[1, 2, 3, 4], [5, 6, 7, 8]]);
}

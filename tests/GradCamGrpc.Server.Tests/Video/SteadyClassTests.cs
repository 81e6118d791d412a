using GradCamGrpc.Server.Video;

namespace GradCamGrpc.Server.Tests.Video;

/// <summary>Margin 0.2, 2 frames.</summary>
public sealed class SteadyClassTests
{
    private readonly SteadyClass _steady = new(margin: 0.2, frames: 2);

    [Fact]
    public void Next_FirstFrame_IsTheMostProbable() => Assert.Equal(1, _steady.Next([0.3, 0.4, 0.3]));

    [Fact]
    public void Next_LeadBelowTheMargin_Stays()
    {
        _steady.Next([0.6, 0.4]);

        Assert.Equal([0, 0, 0], Follow([0.45, 0.55], [0.41, 0.59], [0.45, 0.55]));
    }

    [Fact]
    public void Next_LeadInEnoughFrames_SwitchesInTheLastOfThem()
    {
        _steady.Next([0.6, 0.4]);

        Assert.Equal([0, 1, 1], Follow([0.25, 0.75], [0.25, 0.75], [0.45, 0.55]));
    }

    [Fact]
    public void Next_LeadOfExactlyTheMargin_Counts()
    {
        var steady = new SteadyClass(margin: 0.25, frames: 1);
        steady.Next([0.75, 0.25]);

        Assert.Equal(1, steady.Next([0.375, 0.625]));
    }

    [Fact]
    public void Next_LeadInterrupted_CountsAnew()
    {
        _steady.Next([0.6, 0.4]);

        Assert.Equal([0, 0, 0, 1], Follow([0.25, 0.75], [0.45, 0.55], [0.25, 0.75], [0.25, 0.75]));
    }

    [Fact]
    public void Next_AnotherChallenger_CountsAnew()
    {
        _steady.Next([0.6, 0.2, 0.2]);

        Assert.Equal([0, 0, 2], Follow([0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.1, 0.1, 0.8]));
    }

    [Fact]
    public void Next_AfterASwitch_TheOldClassHasToWinAnew()
    {
        _steady.Next([0.6, 0.4]);
        Follow([0.2, 0.8], [0.2, 0.8]);

        Assert.Equal([1, 0], Follow([0.8, 0.2], [0.8, 0.2]));
    }

    private int[] Follow(params double[][] frames) => [.. frames.Select(frame => _steady.Next(frame))];
}

using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests;

public sealed class ViolationsTests
{
    [Fact]
    public void ThrowIfAny_None_DoesNot() => new Violations().ThrowIfAny();

    [Fact]
    public void Of_FaultsOfParts_AreTheWholesBehindTheirFields()
    {
        var violations = new Violations();
        violations.Absent("model", "none");
        violations.Of("first").Absent("label", "none");
        Assert.Equal(["model", "first.label"], Assert.Throws<NotFoundException>(violations.ThrowIfAny).Violations.Select(one => one.Field));

        violations.Of("second").Of("part").Within("count", 9, 0, 1);
        violations.Absent("layer", "none");

        Assert.Equal(
            ["model", "first.label", "second.part.count", "layer"],
            Assert.Throws<InvalidRequestException>(violations.ThrowIfAny).Violations.Select(one => one.Field));
        Assert.False(violations.Of("third").IsFull);
        for (var i = 0; i < 8; i++)
            violations.Of("third").Absent("label", "none");
        Assert.True(violations.Of("fourth").IsFull);
    }

    [Fact]
    public void ThrowIfAny_OnlyAbsentOnes_AreNotFound()
    {
        var violations = new Violations();
        violations.Absent("model", "none");

        Assert.Equal("model", Assert.Single(Assert.Throws<NotFoundException>(violations.ThrowIfAny).Violations).Field);
    }

    [Fact]
    public void ThrowIfAny_OneIsInvalid_AllAreInvalidInTheirOrder()
    {
        var violations = new Violations();
        violations.Absent("model", "none");
        violations.Invalid("top_k", "0");
        violations.Absent("layer", "none");

        Assert.Equal(["model", "top_k", "layer"], Assert.Throws<InvalidRequestException>(violations.ThrowIfAny).Violations.Select(one => one.Field));
    }
}

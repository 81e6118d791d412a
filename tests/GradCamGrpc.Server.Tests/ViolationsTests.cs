using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests;

public sealed class ViolationsTests
{
    [Fact]
    public void ThrowIfAny_None_DoesNot() => new Violations().ThrowIfAny();

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

namespace GradCamGrpc.Server.Errors;

/// <summary>A request that names something there is not.</summary>
internal sealed class NotFoundException(IReadOnlyList<FieldViolation> violations) : Exception(FieldViolation.Describe(violations))
{
    public IReadOnlyList<FieldViolation> Violations { get; } = violations;
}

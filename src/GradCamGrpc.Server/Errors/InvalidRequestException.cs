namespace GradCamGrpc.Server.Errors;

/// <summary>A request with fields at fault.</summary>
internal sealed class InvalidRequestException(IReadOnlyList<FieldViolation> violations) : Exception(FieldViolation.Describe(violations))
{
    public IReadOnlyList<FieldViolation> Violations { get; } = violations;
}

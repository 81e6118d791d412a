namespace GradCamGrpc.Server.Errors;

/// <summary>A field of a request that is at fault.</summary>
/// <param name="Field">Its path, such as <c>targets[0].label</c>.</param>
/// <param name="Description">What is wrong with it, a sentence that tells what would be right.</param>
internal sealed record FieldViolation(string Field, string Description)
{
    /// <summary>All violations in one line, for people.</summary>
    public static string Describe(IEnumerable<FieldViolation> violations) =>
        string.Join("; ", violations.Select(violation => $"{violation.Field}: {violation.Description}"));
}

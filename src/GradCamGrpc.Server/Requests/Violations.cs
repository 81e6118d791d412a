using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Requests;

/// <summary>Collects what is wrong with a request, so that its client learns of everything at once.</summary>
internal sealed class Violations
{
    private readonly List<FieldViolation> _invalid = [];
    private readonly List<FieldViolation> _absent = [];

    /// <summary>A field whose value is wrong.</summary>
    public void Invalid(string field, string description) => _invalid.Add(new FieldViolation(field, description));

    /// <summary>A field that names something there is not.</summary>
    public void Absent(string field, string description) => _absent.Add(new FieldViolation(field, description));

    /// <exception cref="InvalidRequestException">A field is invalid; whatever is absent is listed too.</exception>
    /// <exception cref="NotFoundException">Something is absent, and nothing else is wrong.</exception>
    public void ThrowIfAny()
    {
        if (_invalid.Count > 0)
            throw new InvalidRequestException([.. _invalid, .. _absent]);
        if (_absent.Count > 0)
            throw new NotFoundException(_absent);
    }
}

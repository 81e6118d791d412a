using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Requests;

/// <summary>Collects what is wrong with a request, in the order of its fields, so that its client learns of everything at once.</summary>
internal sealed class Violations
{
    private readonly List<FieldViolation> _all = [];
    private bool _isInvalid;

    /// <summary>A field whose value is wrong.</summary>
    public void Invalid(string field, string description)
    {
        _all.Add(new FieldViolation(field, description));
        _isInvalid = true;
    }

    /// <summary>A field that names something there is not.</summary>
    public void Absent(string field, string description) => _all.Add(new FieldViolation(field, description));

    /// <exception cref="InvalidRequestException">A field is invalid; whatever is absent is listed too.</exception>
    /// <exception cref="NotFoundException">Something is absent, and nothing else is wrong.</exception>
    public void ThrowIfAny()
    {
        if (_isInvalid)
            throw new InvalidRequestException(_all);
        if (_all.Count > 0)
            throw new NotFoundException(_all);
    }
}

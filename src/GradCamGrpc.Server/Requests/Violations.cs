using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Requests;

/// <summary>Collects what is wrong with a request, in the order of its fields, so that its client learns of everything at once.</summary>
internal sealed class Violations
{
    /// <summary>
    /// Clients accept trailers of 8 KiB or more, in which every text stands twice. So the first faults are told in full, the others counted.
    /// </summary>
    private const int MaxListed = 8;
    private const int MaxLength = 300;

    private readonly List<FieldViolation> _all = [];
    private readonly Violations? _whole;
    private readonly string _part = "";
    private bool _isInvalid;

    public Violations()
    {
    }

    private Violations(Violations whole, string part) => (_whole, _part) = (whole, part);

    /// <summary>Whether what is added from here on is counted only, so that it need not be described at length.</summary>
    public bool IsFull => _whole?.IsFull ?? _all.Count >= MaxListed;

    /// <summary>What is wrong with a part of the request: it is added here, each field behind the part's.</summary>
    /// <param name="field">The part's field.</param>
    public Violations Of(string field) => new(_whole ?? this, $"{_part}{field}.");

    /// <summary>A field whose value is wrong.</summary>
    public void Invalid(string field, string description)
    {
        Add(field, description);
        (_whole ?? this)._isInvalid = true;
    }

    /// <summary>Checks that a number is within its range; where it is not, the field is invalid.</summary>
    /// <returns>Whether it is.</returns>
    public bool Within<T>(string field, T value, T least, T most)
        where T : IComparable<T>
    {
        // A NaN compares as less than everything.
        if (value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0)
            return true;
        Invalid(field, $"{value} is not from {least} to {most}");
        return false;
    }

    /// <summary>A field that names something there is not.</summary>
    public void Absent(string field, string description) => Add(field, description);

    /// <exception cref="InvalidRequestException">A field is invalid; whatever is absent is listed too.</exception>
    /// <exception cref="NotFoundException">Something is absent, and nothing else is wrong.</exception>
    public void ThrowIfAny()
    {
        if (_isInvalid)
            throw new InvalidRequestException(Listed());
        if (_all.Count > 0)
            throw new NotFoundException(Listed());
    }

    private void Add(string field, string description) =>
        (_whole ?? this)._all.Add(new FieldViolation($"{_part}{field}", description.Length <= MaxLength ? description : $"{Text.Start(description, MaxLength)}…"));

    private List<FieldViolation> Listed()
    {
        if (_all.Count <= MaxListed)
            return _all;
        var last = _all[MaxListed - 1];
        var more = last with { Description = $"{last.Description} (and {_all.Count - MaxListed} further faults)" };
        return [.. _all.Take(MaxListed - 1), more];
    }
}

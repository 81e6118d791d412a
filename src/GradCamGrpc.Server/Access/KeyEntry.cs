namespace GradCamGrpc.Server.Access;

/// <summary>An API key.</summary>
/// <param name="Name">Whose it is: what logs and faults call it.</param>
/// <param name="Sha256">The hash of the key, 64 hexadecimal digits: the file holds no secret.</param>
/// <param name="Expires">From when on it is none; absent for never.</param>
/// <param name="Services">What it may call; absent for everything. See <see cref="AccessRight"/>.</param>
/// <param name="Models">The models that it may use; absent for all.</param>
/// <param name="RequestsPerSecond">Calls, and messages of streams, in the long run; absent for any number.</param>
/// <param name="Burst">How many of them may come at once; absent for as many as in a second, and at least one.</param>
/// <param name="ConcurrentCalls">Calls at the same time; absent for any number.</param>
internal sealed record KeyEntry(
    string? Name,
    string? Sha256,
    DateTimeOffset? Expires,
    IReadOnlyList<string?>? Services,
    IReadOnlyList<string?>? Models,
    double? RequestsPerSecond,
    int? Burst,
    int? ConcurrentCalls);

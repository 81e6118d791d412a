namespace GradCamGrpc.Server.Access;

/// <summary>Who signs tokens (JWT, RFC 7519). What is allowed holds for each subject by itself.</summary>
/// <param name="Issuer">The claim <c>iss</c>.</param>
/// <param name="Audience">The claim <c>aud</c>, or one of its values.</param>
/// <param name="KeysFile">Its public keys: a JSON Web Key Set (RFC 7517), or one in PEM; beside this file unless it is rooted.</param>
/// <param name="Services">See <see cref="KeyEntry"/>.</param>
/// <param name="Models">See <see cref="KeyEntry"/>.</param>
/// <param name="RequestsPerSecond">See <see cref="KeyEntry"/>.</param>
/// <param name="Burst">See <see cref="KeyEntry"/>.</param>
/// <param name="ConcurrentCalls">See <see cref="KeyEntry"/>.</param>
internal sealed record IssuerEntry(
    string? Issuer,
    string? Audience,
    string? KeysFile,
    IReadOnlyList<string?>? Services,
    IReadOnlyList<string?>? Models,
    double? RequestsPerSecond,
    int? Burst,
    int? ConcurrentCalls);

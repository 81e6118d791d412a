using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace GradCamGrpc.Server.Access;

/// <summary>Somebody who signs tokens, and what those who have them may do.</summary>
internal sealed class TokenIssuer
{
    /// <summary>Signatures with public keys alone: a key that verifies must not be one that signs.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>As OpenID Connect has it (Core 1.0, section 2).</summary>
    private const int MaxSubject = 255;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    private readonly TokenValidationParameters _rules;

    /// <param name="issuer">The claim <c>iss</c>.</param>
    /// <param name="audience">The claim <c>aud</c>.</param>
    /// <param name="keys">Its public keys.</param>
    /// <param name="right">What tokens allow.</param>
    /// <param name="limits">How much each subject may ask.</param>
    /// <param name="time">How time goes.</param>
    public TokenIssuer(string issuer, string audience, IEnumerable<SecurityKey> keys, AccessRight right, QuotaLimits limits, TimeProvider time)
    {
        Issuer = issuer;
        Right = right;
        Limits = limits;
        _rules = new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            IssuerSigningKeys = keys,
            ValidAlgorithms = Algorithms,
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) =>
                (from is null || from <= time.GetUtcNow().UtcDateTime + ClockSkew) && until > time.GetUtcNow().UtcDateTime - ClockSkew,
        };
    }

    /// <summary>The claim <c>iss</c>.</summary>
    public string Issuer { get; }

    /// <summary>What tokens allow.</summary>
    public AccessRight Right { get; }

    /// <summary>How much each subject may ask.</summary>
    public QuotaLimits Limits { get; }

    /// <returns>The token's subject.</returns>
    /// <exception cref="AccessDeniedException">The token is not this issuer's, not for this server, expired, or has no subject.</exception>
    public async Task<string> SubjectOfAsync(JsonWebToken token)
    {
        if (token.TryGetHeaderValue<object>("crit", out _))
            throw new AccessDeniedException("the token's header has a part (crit) that has to be understood, and is not");
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, _rules);
        if (!result.IsValid)
            throw new AccessDeniedException(Describe(result.Exception));

        // It is a name in logs.
        return token.Subject is { Length: > 0 and <= MaxSubject } subject && !subject.Any(char.IsControl)
            ? subject
            : throw new AccessDeniedException($"the token has no subject (sub) of 1 to {MaxSubject} characters, none of which is a control character");
    }

    /// <summary>The library's own words repeat parts of the token.</summary>
    private static string Describe(Exception fault) => fault switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenNoExpirationException =>
            "the token is expired, not valid yet, or has no expiry (exp)",
        SecurityTokenInvalidAudienceException => "the token is for another audience (aud)",
        SecurityTokenInvalidIssuerException => "the token's issuer (iss) is not known",
        SecurityTokenSignatureKeyNotFoundException => "none of the issuer's keys made the token's signature",
        _ => "the token's signature does not hold",
    };
}

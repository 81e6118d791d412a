using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;

namespace GradCamGrpc.Server.Access;

/// <summary>Who may call, as one state of the file says. What callers have used up lasts over its changes, unless their limits change.</summary>
internal sealed class AccessList
{
    private const string Bearer = "Bearer ";

    private readonly Dictionary<string, KeyHolder> _keys;
    private readonly Dictionary<string, TokenIssuer> _issuers;
    private readonly ConcurrentDictionary<string, Quota> _quotas;
    private readonly TimeProvider _time;

    /// <param name="keys">By their hashes.</param>
    /// <param name="issuers">By their names.</param>
    /// <param name="content">The hash of what the files hold.</param>
    /// <param name="time">How time goes.</param>
    /// <param name="before">The list that this one takes the place of; null for none.</param>
    public AccessList(
        IReadOnlyDictionary<string, KeyHolder> keys,
        IReadOnlyDictionary<string, TokenIssuer> issuers,
        string content,
        TimeProvider time,
        AccessList? before = null)
    {
        _keys = new(keys, StringComparer.Ordinal);
        _issuers = new(issuers, StringComparer.Ordinal);
        _time = time;
        Content = content;
        _quotas = before?._quotas ?? new(StringComparer.Ordinal);
    }

    /// <summary>The hash of what the files hold that it was made of.</summary>
    public string Content { get; }

    /// <summary>Callers of whom something is remembered.</summary>
    public int RememberedCallers => _quotas.Count;

    /// <summary>Forgets callers who have used up nothing: an issuer may have any number of subjects.</summary>
    public void ForgetUnused()
    {
        foreach (var caller in _quotas.Where(caller => caller.Value.IsUnused))
            _quotas.TryRemove(caller);
    }

    /// <summary>Who sends these headers.</summary>
    /// <param name="key">The header <c>x-api-key</c>; empty where there is none.</param>
    /// <param name="authorization">The header <c>authorization</c>; empty where there is none.</param>
    /// <exception cref="AccessDeniedException">Nobody who may call.</exception>
    public async Task<Grant> IdentifyAsync(string key, string authorization)
    {
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return await OfTokenAsync(authorization[Bearer.Length..].Trim());
        if (key.Length > 0)
            return OfKey(key);
        throw new AccessDeniedException(
            authorization.Length > 0 ? "authorization is not 'Bearer' and a token" : "a key (x-api-key) or a token (authorization: Bearer …) is needed");
    }

    private Grant OfKey(string key)
    {
        if (!_keys.TryGetValue(KeyHash.Of(key), out var holder))
            throw new AccessDeniedException("the key (x-api-key) is not known");
        if (holder.Expires <= _time.GetUtcNow())
            throw new AccessDeniedException($"the key '{holder.Name}' is expired");
        return Granted($"key {holder.Name}", holder.Right, holder.Limits);
    }

    private async Task<Grant> OfTokenAsync(string text)
    {
        if (!new JsonWebTokenHandler().CanReadToken(text))
            throw new AccessDeniedException("what follows 'Bearer' is no token (JWT)");
        JsonWebToken token;
        try
        {
            token = new JsonWebToken(text);
        }
        catch (ArgumentException)
        {
            throw new AccessDeniedException("what follows 'Bearer' is no token (JWT)");
        }
        if (token.Issuer is null || !_issuers.TryGetValue(token.Issuer, out var issuer))
            throw new AccessDeniedException("the token's issuer (iss) is not known");
        return Granted($"token {issuer.Issuer} {await issuer.SubjectOfAsync(token)}", issuer.Right, issuer.Limits);
    }

    /// <summary>Only where there are limits is anything remembered of a caller.</summary>
    private Grant Granted(string name, AccessRight right, QuotaLimits limits) => new(name, right, limits == QuotaLimits.None
        ? new Quota(limits, _time)
        : _quotas.AddOrUpdate(name, _ => new Quota(limits, _time), (_, quota) => quota.Limits == limits ? quota : new Quota(limits, _time)));
}

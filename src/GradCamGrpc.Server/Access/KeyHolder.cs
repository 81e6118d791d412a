namespace GradCamGrpc.Server.Access;

/// <summary>Whose an API key is.</summary>
/// <param name="Name">Their name.</param>
/// <param name="Expires">From when on the key is none; null for never.</param>
/// <param name="Right">What they may call.</param>
/// <param name="Limits">How much.</param>
internal sealed record KeyHolder(string Name, DateTimeOffset? Expires, AccessRight Right, QuotaLimits Limits);

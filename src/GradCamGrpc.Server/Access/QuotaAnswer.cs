namespace GradCamGrpc.Server.Access;

/// <summary>Whether a call may begin.</summary>
/// <param name="Fault">Why it may not.</param>
/// <param name="RetryAfter">When it may, as far as is known.</param>
internal readonly record struct QuotaAnswer(QuotaFault Fault, TimeSpan RetryAfter)
{
    public static readonly QuotaAnswer Granted = new(QuotaFault.None, TimeSpan.Zero);
}

namespace GradCamGrpc.Server.Access;

/// <summary>How much somebody may ask.</summary>
/// <param name="RequestsPerSecond">In the long run; infinity for any number.</param>
/// <param name="Burst">At once, 1 or more.</param>
/// <param name="ConcurrentCalls">At the same time.</param>
internal sealed record QuotaLimits(double RequestsPerSecond, int Burst, int ConcurrentCalls)
{
    public static readonly QuotaLimits None = new(double.PositiveInfinity, int.MaxValue, int.MaxValue);
}

namespace GradCamGrpc.Server.Access;

/// <summary>Which limit a call exceeds.</summary>
internal enum QuotaFault
{
    None,
    Rate,
    Concurrency,
}

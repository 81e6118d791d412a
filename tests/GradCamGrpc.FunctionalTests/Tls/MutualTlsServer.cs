namespace GradCamGrpc.FunctionalTests.Tls;

/// <summary>A server that asks clients for certificates.</summary>
public sealed class MutualTlsServer() : TlsServer(asksClients: true, options => options);

using System.Security.Cryptography.X509Certificates;

namespace GradCamGrpc.TestData;

/// <summary>A certificate that a <see cref="TestAuthority"/> has signed.</summary>
/// <param name="Certificate">The certificate with its key.</param>
/// <param name="CertificatePem">The same as a file has it, without its key.</param>
/// <param name="KeyPem">Its key.</param>
public sealed record TestCertificate(X509Certificate2 Certificate, string CertificatePem, string KeyPem);

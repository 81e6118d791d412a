using System.Security.Cryptography;
using System.Text;
using GradCamGrpc.Server.Access;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace GradCamGrpc.Server.Tests.Access;

/// <summary>A folder with an access file and an issuer's public key, and what signs by the private one.</summary>
internal sealed class AccessFolder : IDisposable
{
    public const string Issuer = "https://issuer.example";
    public const string Audience = "gradcam";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public AccessFolder()
    {
        Time.SetUtcNow(new DateTimeOffset(2030, 5, 1, 12, 0, 0, TimeSpan.Zero));
        Write("issuer.pem", _key.ExportSubjectPublicKeyInfoPem());
    }

    public FakeTimeProvider Time { get; } = new();

    public string Path => System.IO.Path.Combine(_folder.FullName, "access.json");

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(_folder.FullName, name), text);

    public AccessList Read(string json, AccessList? before = null)
    {
        Write("access.json", json);
        return AccessFileReader.Read(Path, Time, before);
    }

    public IReadOnlyList<string> FaultsOf(string json) => Assert.Throws<InvalidAccessFileException>(() => Read(json)).Faults;

    /// <summary>A list with one issuer.</summary>
    public AccessList OfIssuer(string keysFile = "issuer.pem") => Read(
        $$"""{"issuers": [{"issuer": "{{Issuer}}", "audience": "{{Audience}}", "keys_file": "{{keysFile}}"}]}""");

    /// <summary>A token that is right but for what is changed.</summary>
    public string Token(Action<SecurityTokenDescriptor>? change = null)
    {
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            Claims = new Dictionary<string, object> { ["sub"] = "ann" },
            NotBefore = Time.GetUtcNow().UtcDateTime,
            Expires = Time.GetUtcNow().UtcDateTime.AddHours(1),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key), SecurityAlgorithms.EcdsaSha256),
        };
        change?.Invoke(descriptor);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    /// <summary>The public key as a JSON Web Key Set.</summary>
    public string KeySet()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return $$"""{"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "x": "{{Base64UrlEncoder.Encode(point.X)}}", "y": "{{Base64UrlEncoder.Encode(point.Y)}}"}]}""";
    }

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }
}

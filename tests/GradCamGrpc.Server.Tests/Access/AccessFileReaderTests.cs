using System.Security.Cryptography;
using GradCamGrpc.Server.Access;
using Microsoft.IdentityModel.Tokens;

namespace GradCamGrpc.Server.Tests.Access;

public sealed class AccessFileReaderTests : IDisposable
{
    private readonly AccessFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "it is not the JSON")]
    [InlineData("null", "null")]
    [InlineData("{}", "neither a key nor an issuer")]
    [InlineData("""{"keyz": []}""", "it is not the JSON")]
    [InlineData("""{"keys": [null]}""", "keys[0] is null")]
    [InlineData("""{"issuers": [null]}""", "issuers[0] is null")]
    [InlineData("""{"keys": [{"name": "a", "sha256": "0000000000000000000000000000000000000000000000000000000000000000", "services": [null]}]}""", "keys[0].services: there is no ''")]
    [InlineData("""{"keys": [{"name": "a", "sha256": "12"}]}""", "keys[0].sha256 is not 64")]
    [InlineData("""{"keys": [{"name": "a", "secret": "12"}]}""", "it is not the JSON")]
    [InlineData("""{"issuers": [{"issuer": "a", "keys_file": "issuer.pem"}]}""", "issuers[0].audience is missing")]
    [InlineData("""{"issuers": [{"issuer": "a", "audience": "b", "keys_file": "nowhere.pem"}]}""", "issuers[0].keys_file 'nowhere.pem'")]
    [InlineData("""{"issuers": [{"issuer": "a", "audience": "b"}]}""", "it is missing")]
    public void Read_AFault_IsNamed(string json, string fault) =>
        Assert.Contains(_folder.FaultsOf(json), found => found.Contains(fault, StringComparison.Ordinal));

    [Theory]
    [InlineData("[]", "keys[0].models is empty")]
    [InlineData("[null]", "keys[0].models: '' cannot be a model's name")]
    [InlineData("""["ok", "../up"]""", "keys[0].models: '../up' cannot be a model's name")]
    public void Read_ModelsThatCannotBe_AreAFault(string models, string fault) => Assert.StartsWith(
        fault,
        Assert.Single(_folder.FaultsOf($$"""{"keys": [{"name": "a", "sha256": "{{AccessFolder.Hash("a")}}", "models": {{models}}}]}""")),
        StringComparison.Ordinal);

    [Fact]
    public void Read_SeveralFaults_AreAllNamed()
    {
        var faults = _folder.FaultsOf($$"""
            {"keys": [
              {"sha256": "{{AccessFolder.Hash("a")}}", "services": ["gradcam.v1.Nothing"], "requests_per_second": 0, "concurrent_calls": 0},
              {"name": "b", "sha256": "{{AccessFolder.Hash("a")}}", "services": [], "burst": 0},
              {"name": "c", "sha256": "12", "burst": 0, "models": []}
            ]}
            """);

        Assert.Equal(
            [
                "keys[0].name", "keys[0].services", "keys[0].requests_per_second", "keys[0].concurrent_calls",
                "keys[1].services", "keys[1].burst", "keys[1].burst", "keys[1].sha256",
                "keys[2].models", "keys[2].burst", "keys[2].burst", "keys[2].sha256",
            ],
            faults.Select(fault => fault.Split(' ', ':')[0]));
    }

    [Theory]
    [InlineData("""{"keys": [{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}""")]
    [InlineData("""{"keys": []}""")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----")]
    public void Read_KeysThatAreNotPublicOnes_AreAFault(string keys)
    {
        _folder.Write("other", keys);

        Assert.Contains("keys_file 'other'", Assert.Throws<InvalidAccessFileException>(() => _folder.OfIssuer("other")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BEGIN PUBLIC KEY")]
    [InlineData("BEGIN RSA PUBLIC KEY")]
    public async Task Read_PublicKeyOfRsa_ItsTokensAreTaken(string label)
    {
        using var rsa = RSA.Create(2048);
        string[] forms = [rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem()];
        _folder.Write("other", forms.Single(form => form.Contains(label, StringComparison.Ordinal)));
        var token = _folder.Token(rules => rules.SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256));

        await _folder.OfIssuer("other").IdentifyAsync("", $"Bearer {token}");
    }

    /// <summary>Whoever can read the file could sign tokens.</summary>
    [Theory]
    [InlineData("EC")]
    [InlineData("RSA")]
    [InlineData("JWKS")]
    public void Read_KeysThatSign_AreAFault(string kind)
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var secret = curve.ExportParameters(includePrivateParameters: true);
        _folder.Write("other", kind switch
        {
            "EC" => curve.ExportECPrivateKeyPem(),
            "RSA" => rsa.ExportPkcs8PrivateKeyPem(),
            _ => $$"""{"keys": [{"kty": "EC", "crv": "P-256", "x": "{{Base64UrlEncoder.Encode(secret.Q.X)}}", "y": "{{Base64UrlEncoder.Encode(secret.Q.Y)}}", "d": "{{Base64UrlEncoder.Encode(secret.D)}}"}]}""",
        });

        Assert.Contains("belongs to the issuer alone", Assert.Throws<InvalidAccessFileException>(() => _folder.OfIssuer("other")).Message, StringComparison.Ordinal);
    }

    /// <summary>Files of keys that are damaged at random, as when they are read while they are written.</summary>
    [Theory]
    [InlineData("issuer.pem")]
    [InlineData("issuer.jwks.json")]
    public void Read_DamagedKeys_AreReadOrAFault(string file)
    {
        _folder.Write("issuer.jwks.json", _folder.KeySet());
        var whole = File.ReadAllText(Path.Combine(Path.GetDirectoryName(_folder.Path)!, file));
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            _folder.Write("damaged", DamagedText.Of(whole, random));
            try
            {
                _folder.OfIssuer("damaged");
            }
            catch (InvalidAccessFileException fault)
            {
                Assert.NotEmpty(fault.Faults);
            }
        }
    }

    [Fact]
    public void Read_NoSuchFile_IsAFault() =>
        Assert.Throws<InvalidAccessFileException>(() => AccessFileReader.Read(_folder.Path, _folder.Time));
}

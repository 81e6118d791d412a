using System.Security.Cryptography;
using System.Text;
using GradCamGrpc.Server.Access;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace GradCamGrpc.Server.Tests.Access;

public sealed class AccessListTests : IDisposable
{
    private static readonly string[] Understood = ["b64"];

    private readonly AccessFolder _folder = new();

    public static TheoryData<string, Action<SecurityTokenDescriptor>> BadTokens => new()
    {
        { "expired", token => (token.NotBefore, token.Expires) = (new DateTime(2030, 5, 1, 10, 0, 0, DateTimeKind.Utc), new DateTime(2030, 5, 1, 11, 58, 0, DateTimeKind.Utc)) },
        { "not valid yet", token => token.NotBefore = new DateTime(2030, 5, 1, 12, 2, 0, DateTimeKind.Utc) },
        { "no expiry", token => token.Expires = null },
        { "another audience", token => token.Audience = "somebody" },
        { "issuer (iss) is not known", token => token.Issuer = "https://other.example" },
        { "no subject", token => token.Claims = null },
        { "another audience", token => token.Audience = "gradcam/" },
        { "another audience", token => token.Audience = "Gradcam" },
        { "another audience", token => token.Audience = null },
        { "no subject", token => token.Claims["sub"] = "" },
        { "no subject", token => token.Claims["sub"] = "ann\nfail: something else" },
        { "no subject", token => token.Claims["sub"] = new string('a', 256) },
        { "has to be understood", token => token.AdditionalHeaderClaims = new Dictionary<string, object> { ["crit"] = Understood, ["b64"] = false } },
        { "signature", token => token.SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)), SecurityAlgorithms.EcdsaSha256) },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Identify_KnownKey_HasItsNameAndRight()
    {
        var list = _folder.Read($$"""{"keys": [{"name": "shop", "sha256": "{{AccessFolder.Hash("secret")}}", "services": ["gradcam.v1.VqaService/Answer", "gradcam.v1.ModelService"]}]}""");

        var grant = await list.IdentifyAsync("secret", "");

        Assert.Equal("key shop", grant.Name);
        Assert.True(grant.Right.Covers("/gradcam.v1.VqaService/Answer"));
        Assert.False(grant.Right.Covers("/gradcam.v1.VqaService/Explain"));
        Assert.True(grant.Right.Covers("/gradcam.v1.ModelService/ListModels"));
    }

    [Theory]
    [InlineData("grpc.reflection.v1.ServerReflection")]
    [InlineData("grpc.reflection.v1alpha.ServerReflection")]
    public async Task Identify_RightToReflection_CoversTheVersionThatIsNamed(string service)
    {
        var list = _folder.Read($$"""{"keys": [{"name": "shop", "sha256": "{{AccessFolder.Hash("secret")}}", "services": ["{{service}}"]}]}""");

        var right = (await list.IdentifyAsync("secret", "")).Right;

        Assert.True(right.Covers($"/{service}/ServerReflectionInfo"));
        Assert.False(right.Covers("/grpc.reflection.v2.ServerReflection/ServerReflectionInfo"));
    }

    [Theory]
    [InlineData("", "", "is needed")]
    [InlineData("Secret", "", "not known")]
    [InlineData("", "Basic c2VjcmV0", "is not 'Bearer'")]
    [InlineData("secret", "Bearer nonsense", "no token")]
    [InlineData("", "Bearer a.b.c", "no token")]
    public async Task Identify_NothingThatIsKnown_IsDenied(string key, string authorization, string because)
    {
        var list = _folder.Read($$"""{"keys": [{"name": "shop", "sha256": "{{AccessFolder.Hash("secret")}}"}]}""");

        var denied = await Assert.ThrowsAsync<AccessDeniedException>(() => list.IdentifyAsync(key, authorization));

        Assert.Contains(because, denied.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identify_KeyWhoseTimeHasCome_IsDeniedFromThenOn()
    {
        var list = _folder.Read($$"""{"keys": [{"name": "shop", "sha256": "{{AccessFolder.Hash("secret")}}", "expires": "2030-05-01T12:00:10Z"}]}""");

        await list.IdentifyAsync("secret", "");
        _folder.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("expired", (await Assert.ThrowsAsync<AccessDeniedException>(() => list.IdentifyAsync("secret", ""))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issuer.pem")]
    [InlineData("issuer.jwks.json")]
    public async Task Identify_TokenOfTheIssuer_IsItsSubject(string keysFile)
    {
        _folder.Write("issuer.jwks.json", _folder.KeySet());

        var grant = await _folder.OfIssuer(keysFile).IdentifyAsync("", $"Bearer {_folder.Token()}");

        Assert.Equal("token https://issuer.example ann", grant.Name);
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Identify_TokenThatIsWrong_IsDenied(string because, Action<SecurityTokenDescriptor> change)
    {
        var denied = await Assert.ThrowsAsync<AccessDeniedException>(() => _folder.OfIssuer().IdentifyAsync("", $"Bearer {_folder.Token(change)}"));

        Assert.Contains(because, denied.Message, StringComparison.Ordinal);
    }

    /// <summary>The classic attack: the public key, which everybody has, taken for a secret that signs.</summary>
    [Fact]
    public async Task Identify_TokenSignedByThePublicKeyAsASecret_IsDenied()
    {
        var list = _folder.OfIssuer();
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(File.ReadAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(_folder.Path)!, "issuer.pem"))));

        var forged = _folder.Token(token => token.SigningCredentials = new SigningCredentials(secret, SecurityAlgorithms.HmacSha256));

        await Assert.ThrowsAsync<AccessDeniedException>(() => list.IdentifyAsync("", $"Bearer {forged}"));
    }

    [Fact]
    public async Task Identify_TokenWithoutASignature_IsDenied()
    {
        var unsigned = _folder.Token(token => token.SigningCredentials = null);

        await Assert.ThrowsAsync<AccessDeniedException>(() => _folder.OfIssuer().IdentifyAsync("", $"Bearer {unsigned}"));
    }

    /// <summary>Tokens that nobody has signed, whose claims and header are any JSON at all.</summary>
    [Theory]
    [InlineData("""{"alg":"RS256"}""", """{"iss":null}""")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":["https://issuer.example"]}""")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":{"a":1}}""")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"https://issuer.example","exp":1e30}""")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"https://issuer.example","exp":-9223372036854775808,"nbf":9223372036854775807}""")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"https://issuer.example","aud":null,"sub":null}""")]
    [InlineData("""{"alg":"RS256"}""", "null")]
    [InlineData("""{"alg":"RS256"}""", "[]")]
    [InlineData("""{"alg":null}""", """{"iss":"https://issuer.example"}""")]
    [InlineData("""{"alg":"none"}""", """{"iss":"https://issuer.example"}""")]
    [InlineData("""{"alg":["RS256"],"kid":5}""", """{"iss":"https://issuer.example"}""")]
    [InlineData("""{"kid":null}""", """{"iss":"https://issuer.example"}""")]
    [InlineData("null", "null")]
    public async Task Identify_TokenOfAnyJson_IsDenied(string header, string claims)
    {
        var token = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(claims)}.c2lnbmF0dXJl";

        await Assert.ThrowsAsync<AccessDeniedException>(() => _folder.OfIssuer().IdentifyAsync("", $"Bearer {token}"));
    }

    [Fact]
    public async Task Identify_DamagedTokens_AreDenied()
    {
        var list = _folder.OfIssuer();
        var whole = _folder.Token();
        var random = new Random(1);

        for (var i = 0; i < 500; i++)
        {
            // The last character of a signature has bits that count for nothing.
            if (DamagedText.Of(whole, random) is var damaged && damaged[..^1] != whole[..^1])
                await Assert.ThrowsAsync<AccessDeniedException>(() => list.IdentifyAsync("", $"Bearer {damaged}"));
        }
    }

    /// <summary>Whoever signs for one issuer does not for another.</summary>
    [Fact]
    public async Task Identify_TokenSignedByAnotherKnownIssuer_IsDenied()
    {
        using var other = new AccessFolder();
        _folder.Write("other.pem", File.ReadAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(other.Path)!, "issuer.pem")));
        var list = _folder.Read($$"""
            {"issuers": [
              {"issuer": "{{AccessFolder.Issuer}}", "audience": "{{AccessFolder.Audience}}", "keys_file": "issuer.pem"},
              {"issuer": "https://other.example", "audience": "{{AccessFolder.Audience}}", "keys_file": "other.pem", "services": ["gradcam.v1.ModelService"]}
            ]}
            """);

        await list.IdentifyAsync("", $"Bearer {other.Token(token => token.Issuer = "https://other.example")}");

        await Assert.ThrowsAsync<AccessDeniedException>(() => list.IdentifyAsync("", $"Bearer {other.Token()}"));
    }

    [Fact]
    public async Task Identify_TwoSubjectsOfAnIssuer_HaveAQuotaEach()
    {
        var list = _folder.Read(
            $$"""{"issuers": [{"issuer": "{{AccessFolder.Issuer}}", "audience": "{{AccessFolder.Audience}}", "keys_file": "issuer.pem", "concurrent_calls": 1}]}""");
        async Task<QuotaFault> BeginAsync(string subject) =>
            (await list.IdentifyAsync("", $"Bearer {_folder.Token(token => token.Claims["sub"] = subject)}")).Quota.Begin().Fault;

        Assert.Equal(QuotaFault.None, await BeginAsync("ann"));
        Assert.Equal(QuotaFault.None, await BeginAsync("bob"));
        Assert.Equal(QuotaFault.Concurrency, await BeginAsync("ann"));
    }

    [Fact]
    public async Task Identify_TokenChangedAfterwards_IsDenied()
    {
        var parts = _folder.Token().Split('.');
        var claims = Base64UrlEncoder.Decode(parts[1]).Replace("\"ann\"", "\"bob\"", StringComparison.Ordinal);

        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            _folder.OfIssuer().IdentifyAsync("", $"Bearer {parts[0]}.{Base64UrlEncoder.Encode(claims)}.{parts[2]}"));
    }

    /// <summary>Quotas are full again after a second: what there was to be remembered of all these subjects is nothing.</summary>
    [Fact]
    public async Task ForgetUnused_ManySubjectsWhoHaveDoneNothingForLong_RemembersWhoStillCounts()
    {
        var list = _folder.Read(
            $$"""{"issuers": [{"issuer": "{{AccessFolder.Issuer}}", "audience": "{{AccessFolder.Audience}}", "keys_file": "issuer.pem", "requests_per_second": 1, "concurrent_calls": 1}]}""");
        async Task<Quota> CallAsync(string subject) =>
            (await list.IdentifyAsync("", $"Bearer {_folder.Token(token => token.Claims["sub"] = subject)}")).Quota;

        for (var i = 0; i < 5; i++)
        {
            var quota = await CallAsync($"{i}");
            quota.Begin();
            quota.End();
        }
        (await CallAsync("still calls")).Begin();
        list.ForgetUnused();
        Assert.Equal(6, list.RememberedCallers);

        _folder.Time.Advance(TimeSpan.FromSeconds(2));
        list.ForgetUnused();

        Assert.Equal(1, list.RememberedCallers);
        Assert.Equal(QuotaFault.Concurrency, (await CallAsync("still calls")).Begin().Fault);
    }

    [Fact]
    public async Task Identify_SameCallerAfterTheFileChanged_KeepsWhatIsUsedUp()
    {
        var json = $$"""{"keys": [{"name": "shop", "sha256": "{{AccessFolder.Hash("secret")}}", "requests_per_second": 1, "burst": 1}]}""";
        var before = _folder.Read(json);
        (await before.IdentifyAsync("secret", "")).Quota.Begin();

        var after = _folder.Read(json, before);
        var larger = _folder.Read(json.Replace("\"burst\": 1", "\"burst\": 2", StringComparison.Ordinal), after);

        Assert.Equal(QuotaFault.Rate, (await after.IdentifyAsync("secret", "")).Quota.Begin().Fault);
        Assert.Equal(QuotaFault.None, (await larger.IdentifyAsync("secret", "")).Quota.Begin().Fault);
    }
}

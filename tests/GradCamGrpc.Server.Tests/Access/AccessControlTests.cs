using GradCamGrpc.Server.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradCamGrpc.Server.Tests.Access;

public sealed class AccessControlTests : IDisposable
{
    private readonly AccessFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Look_TheFileHasChanged_HoldsFromThenOn()
    {
        using var control = Start(KeyOf("old"));
        _folder.Write("access.json", KeyOf("new"));

        control.Look();

        await control.Current.IdentifyAsync("new", "");
        await Assert.ThrowsAsync<AccessDeniedException>(() => control.Current.IdentifyAsync("old", ""));
    }

    [Fact]
    public async Task Look_TheFileIsAtFault_ChangesNothing()
    {
        using var control = Start(KeyOf("old"));
        _folder.Write("access.json", KeyOf("new")[..20]);

        control.Look();

        await control.Current.IdentifyAsync("old", "");
    }

    [Theory]
    [InlineData("""{"keys": [null]}""")]
    [InlineData("""{"issuers": [null]}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Look_TheFileIsOtherJson_ChangesNothing(string json)
    {
        using var control = Start(KeyOf("old"));
        _folder.Write("access.json", json);

        control.Look();

        await control.Current.IdentifyAsync("old", "");
    }

    [Fact]
    public async Task Look_TheFileIsDamagedAtRandom_ChangesNothingOrHolds()
    {
        using var control = Start(KeyOf("old"));
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            _folder.Write("access.json", DamagedText.Of(KeyOf("new"), random));
            control.Look();
        }
        _folder.Write("access.json", KeyOf("last"));

        control.Look();

        await control.Current.IdentifyAsync("last", "");
    }

    [Fact]
    public void Look_NothingHasChanged_KeepsTheList()
    {
        using var control = Start(KeyOf("old"));
        var before = control.Current;

        control.Look();

        Assert.Same(before, control.Current);
    }

    [Fact]
    public async Task Look_AnIssuerHasANewKey_ItsTokensAreTaken()
    {
        using var other = new AccessFolder();
        _folder.OfIssuer();
        using var control = new AccessControl(_folder.Path, AccessFileReader.Read(_folder.Path, _folder.Time), _folder.Time, NullLogger<AccessControl>.Instance);
        _folder.Write("issuer.pem", File.ReadAllText(Path.Combine(Path.GetDirectoryName(other.Path)!, "issuer.pem")));

        control.Look();

        await control.Current.IdentifyAsync("", $"Bearer {other.Token()}");
        await Assert.ThrowsAsync<AccessDeniedException>(() => control.Current.IdentifyAsync("", $"Bearer {_folder.Token()}"));
    }

    private static string KeyOf(string key) => $$"""{"keys": [{"name": "one", "sha256": "{{AccessFolder.Hash(key)}}"}]}""";

    private AccessControl Start(string json) => new(_folder.Path, _folder.Read(json), _folder.Time, NullLogger<AccessControl>.Instance);
}

using GradCamGrpc.Server.Tls;
using GradCamGrpc.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests.Tls;

public sealed class TlsRotationTests : IDisposable
{
    private readonly TlsFolder _files = new();
    private readonly TestAuthority _authority = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly KeptLog<TlsRotation> _log = new();
    private readonly TestCertificate _first;
    private readonly TlsRotation _rotation;

    public TlsRotationTests()
    {
        _first = _authority.Server();
        _files.Write(_first);
        var identity = TlsIdentityReader.Read(_files.Options, TlsFiles.Read(_files.Options), _time.GetUtcNow());
        _rotation = new TlsRotation(_files.Options, identity, _time, _log);
    }

    private string InUse => _rotation.Current.Certificate.Thumbprint;

    public void Dispose()
    {
        _rotation.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Look_NothingHasChanged_KeepsTheVeryIdentity()
    {
        var before = _rotation.Current;

        _rotation.Look();

        Assert.Same(before, _rotation.Current);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Look_FilesAreReplaced_TakesThemAndSaysUntilWhen()
    {
        var second = _authority.Server();
        _files.Write(second);

        _rotation.Look();

        Assert.Equal(second.Certificate.Thumbprint, InUse);
        var (level, text) = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Information, level);
        Assert.Contains($"expires at {second.Certificate.NotAfter.ToUniversalTime():u}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Look_KeyDoesNotFit_KeepsTheOldAndSaysSoOnce()
    {
        var second = _authority.Server();
        _files.Write(second.CertificatePem, _first.KeyPem);

        _rotation.Look();
        _rotation.Look();

        Assert.Equal(_first.Certificate.Thumbprint, InUse);
        var (level, text) = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Error, level);
        Assert.Contains($"--tls-key: '{_files.Options.KeyFile}' is not the key of", text, StringComparison.Ordinal);

        _files.Write(second);
        _rotation.Look();
        Assert.Equal(second.Certificate.Thumbprint, InUse);
    }

    [Fact]
    public void Look_FilesAreGone_KeepsTheOldAndSaysSo()
    {
        File.Delete(_files.Options.CertificateFile);

        _rotation.Look();

        Assert.Equal(_first.Certificate.Thumbprint, InUse);
        Assert.Contains("there is no such file", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
    }

    /// <summary>What is read while it is written, or damaged, never ends the server.</summary>
    [Fact]
    public void Look_FilesAreDamagedAtRandom_GoesOn()
    {
        var second = _authority.Server();
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            _files.Write(DamagedText.Of(second.CertificatePem, random), i % 2 == 0 ? second.KeyPem : DamagedText.Of(second.KeyPem, random));
            _rotation.Look();
        }
        _files.Write(second);

        _rotation.Look();

        Assert.Equal(second.Certificate.Thumbprint, InUse);
    }

    [Fact]
    public void Look_SameFaultAfterItWasMended_IsToldAgain()
    {
        for (var i = 0; i < 2; i++)
        {
            _files.Write("", _first.KeyPem);
            _rotation.Look();
            _files.Write(_first);
            _rotation.Look();
        }

        Assert.Equal([LogLevel.Error, LogLevel.Error], _log.Lines.Select(line => line.Level));
    }

    [Fact]
    public void Look_CertificateBecomesValid_IsTakenThen()
    {
        var tomorrow = _authority.Server(_time.GetUtcNow().AddDays(1), _time.GetUtcNow().AddDays(9));
        _files.Write(tomorrow);
        _rotation.Look();
        Assert.Equal(_first.Certificate.Thumbprint, InUse);

        _time.Advance(TimeSpan.FromDays(2));
        _rotation.Look();

        Assert.Equal(tomorrow.Certificate.Thumbprint, InUse);
    }

    [Fact]
    public async Task Run_TimeGoesBy_Looks()
    {
        await _rotation.StartAsync(TestContext.Current.CancellationToken);

        // Days may go by until it waits.
        var second = _authority.Server(_time.GetUtcNow().AddHours(-1), _time.GetUtcNow().AddYears(4));
        _files.Write(second);
        var told = _log.NextAsync();

        // It begins to wait in its own time.
        while (!told.IsCompleted)
        {
            _time.Advance(_files.Options.ReloadInterval);
            await Task.Yield();
        }
        await told;
        Assert.Equal(second.Certificate.Thumbprint, InUse);
        await _rotation.StopAsync(TestContext.Current.CancellationToken);
    }
}

using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Tls;

/// <summary>The identity in use. It follows its files: what replaces them is taken for new connections, and open ones keep what they have.</summary>
internal sealed class TlsRotation : BackgroundService
{
    private readonly TlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<TlsRotation> _logger;
    private volatile TlsIdentity _current;
    private string? _fault;

    /// <param name="options">Where the files are.</param>
    /// <param name="identity">What they said at the start.</param>
    /// <param name="time">How time goes.</param>
    /// <param name="logger">Where changes are told.</param>
    public TlsRotation(TlsOptions options, TlsIdentity identity, TimeProvider time, ILogger<TlsRotation> logger)
    {
        _options = options;
        _current = identity;
        _time = time;
        _logger = logger;
    }

    /// <summary>What handshakes are made with now.</summary>
    public TlsIdentity Current => _current;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _logger.CertificateTaken(_current.Certificate.Subject, _current.Expiry);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Looks at the files once. A fault in them is told once, as long as it stays the same.</summary>
    public void Look()
    {
        try
        {
            var files = TlsFiles.Read(_options);
            if (files != _current.Files)
            {
                _current = TlsIdentityReader.Read(_options, files, _time.GetUtcNow());
                _logger.CertificateTaken(_current.Certificate.Subject, _current.Expiry);
            }
            _fault = null;
        }
        catch (InvalidOptionsException invalid)
        {
            Refuse(null, string.Join("; ", invalid.Faults));
        }
        catch (Exception unforeseen)
        {
            // Whatever it is: a server that runs must not end by its files.
            Refuse(unforeseen, unforeseen.Message);
        }
    }

    private void Refuse(Exception? unforeseen, string fault)
    {
        if (fault != _fault)
            _logger.CertificateRefused(unforeseen, fault, _current.Certificate.Subject, _current.Expiry);
        _fault = fault;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.ReloadInterval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Look();
    }
}

using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Access;

/// <summary>The list in use. It follows its file: what replaces it holds for new calls, and a file with faults changes nothing.</summary>
internal sealed class AccessControl : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger<AccessControl> _logger;
    private volatile AccessList _current;
    private string? _fault;

    /// <param name="path">The file.</param>
    /// <param name="list">What it said at the start.</param>
    /// <param name="time">How time goes.</param>
    /// <param name="logger">Where changes are told.</param>
    public AccessControl(string path, AccessList list, TimeProvider time, ILogger<AccessControl> logger)
    {
        (_path, _time, _logger) = (path, time, logger);
        _current = list;
    }

    /// <summary>Who may call now.</summary>
    public AccessList Current => _current;

    /// <summary>Looks at the files once: keys of issuers may have changed, too. A fault is told once, as long as it stays the same.</summary>
    public void Look()
    {
        try
        {
            var read = AccessFileReader.Read(_path, _time, _current);
            if (read.Content != _current.Content)
            {
                _current = read;
                _logger.AccessTaken(_path);
            }
            _fault = null;
        }
        catch (Exception fault)
        {
            // Whatever it is: a server that runs must not end by its file.
            if (fault.Message != _fault)
                _logger.AccessRefused(fault is InvalidAccessFileException ? null : fault, _path, fault.Message);
            _fault = fault.Message;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
            _current.ForgetUnused();
        }
    }
}

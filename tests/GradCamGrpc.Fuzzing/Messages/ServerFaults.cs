using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.Fuzzing.Messages;

/// <summary>What a server logs of faults of its own, which its clients are not told.</summary>
internal sealed class ServerFaults : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<Exception> _faults = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null && IsEnabled(logLevel))
            _faults.Enqueue(exception);
    }

    /// <summary>The faults since the last time, one below the other.</summary>
    public string Take()
    {
        var faults = new List<Exception>();
        while (_faults.TryDequeue(out var fault))
            faults.Add(fault);
        return string.Join('\n', faults);
    }

    public void Dispose()
    {
    }
}

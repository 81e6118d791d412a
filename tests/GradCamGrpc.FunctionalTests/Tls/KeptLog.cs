using Microsoft.Extensions.Logging;

namespace GradCamGrpc.FunctionalTests.Tls;

/// <summary>Waits for what a server logs.</summary>
internal sealed class KeptLog : ILoggerProvider, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Text, TaskCompletionSource<string> Source)> _awaited = [];

    /// <summary>The first line that holds a text.</summary>
    public Task<string> LineWithAsync(string text)
    {
        lock (_gate)
        {
            if (_lines.Find(line => line.Contains(text, StringComparison.Ordinal)) is { } seen)
                return Task.FromResult(seen);
            var source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, source));
            return source.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel}: {formatter(state, exception)}";
        lock (_gate)
        {
            _lines.Add(line);
            foreach (var (text, source) in _awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    source.TrySetResult(line);
            }
        }
    }

    public void Dispose()
    {
    }
}

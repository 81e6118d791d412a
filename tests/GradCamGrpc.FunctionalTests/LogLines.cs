using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server's log.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly Channel<(LogLevel Level, string Text)> _lines = Channel.CreateUnbounded<(LogLevel, string)>();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Writer.TryWrite((logLevel, formatter(state, exception)));

    /// <summary>Waits for the next line that begins with a text; those before it are passed over.</summary>
    public async Task<(LogLevel Level, string Text)> LineAsync(string start) => await _lines.Reader
        .ReadAllAsync(TestContext.Current.CancellationToken)
        .FirstAsync(line => line.Text.StartsWith(start, StringComparison.Ordinal), TestContext.Current.CancellationToken);

    public void Dispose() => _lines.Writer.TryComplete();
}

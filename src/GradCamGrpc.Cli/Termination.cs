using System.CommandLine;
using System.Runtime.InteropServices;

namespace GradCamGrpc.Cli;

/// <summary>
/// Ends a command that is asked to, by SIGINT or SIGTERM: the first signal cancels it and gives it a moment, and a second one ends the
/// program at once, as if nobody had been listening.
/// </summary>
internal sealed class Termination : IDisposable
{
    /// <summary>What a shell adds to a signal's number.</summary>
    private const int SignalExit = 128;

    /// <summary>How long a command may take to leave things in order.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<int> _signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;

    public Termination() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Signalled(context, number: 2)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Signalled(context, number: 15)),
    ];

    /// <summary>Runs a command.</summary>
    /// <returns>Its exit code; that of the signal where the command was asked to end.</returns>
    public async Task<int> RunAsync(ParseResult parsed)
    {
        var running = parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, _cancellation.Token);
        await Task.WhenAny(running, _signalled.Task);
        if (!_signalled.Task.IsCompletedSuccessfully)
            return await running;
        await Task.WhenAny(running, Task.Delay(Grace));
        return await _signalled.Task;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _cancellation.Dispose();
    }

    private void Signalled(PosixSignalContext context, int number)
    {
        if (!_signalled.TrySetResult(SignalExit + number))
            return;
        context.Cancel = true;
        _cancellation.CancelAfter(TimeSpan.Zero);
    }
}

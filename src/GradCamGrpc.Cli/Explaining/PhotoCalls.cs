using System.Globalization;
using Google.Protobuf;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Calls about a photo each. A fault of a photo or of its call is part of the answer; it never ends the command.</summary>
/// <param name="open">Opens the connection to who answers. That is not done before a photo is there to ask about: a server here takes seconds to start.</param>
/// <param name="decoding">How photos are read.</param>
internal sealed class PhotoCalls(Func<Task<ServerConnection>> open, ImageDecoding decoding) : IAsyncDisposable
{
    private const double Mebibyte = 1 << 20;

    private readonly Lazy<Task<ServerConnection>> _server = new(open);

    /// <param name="path">The photo.</param>
    /// <param name="ask">Asks about the photo, and reads the answer. Several photos may be asked about at once.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Why the answer is not whole; null when it is. What keeps the connection from being opened is thrown, for every photo.</returns>
    /// <exception cref="OperationCanceledException">The command was asked to end.</exception>
    public async Task<string?> RunAsync(string path, Func<ServerConnection, Image, Task> ask, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            return "it is a folder; a photo is needed";
        if (!File.Exists(path))
            return "there is no such file";
        var server = await _server.Value;
        var size = 0;
        try
        {
            var bytes = await File.ReadAllBytesAsync(path, cancellation);
            size = bytes.Length;
            if (size > server.MaxPhotoBytes)
                return $"the photo has {Mebibytes(size)} MiB; {Mebibytes(server.MaxPhotoBytes.Value)} MiB are accepted ({Settings.MaxImageBytes.Variable}, in bytes)";
            await ask(server, new Image { Encoded = UnsafeByteOperations.UnsafeWrap(bytes), Decoding = decoding });
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidImageException)
        {
            return fault.Message;
        }
        catch (RpcException fault) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("the command was asked to end", fault, cancellation);
        }
        catch (RpcException fault) when (CallFaults.IsTooLarge(fault))
        {
            var usual = Mebibytes(ServerOptions.Default.Images.MaxBytes);
            return $"the photo has {Mebibytes(size)} MiB, more than the server at {server.Address} accepts: {usual} MiB, or what its {Settings.MaxImageBytes.Option} says";
        }
        catch (RpcException fault)
        {
            return CallFaults.Describe(fault, server.Address);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Every photo has been answered by now: it is open, or could not be opened and has left nothing behind.
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
            await _server.Value.Result.DisposeAsync();
    }

    /// <summary>Rounded up, so that what exceeds a limit is not told to be equal to it.</summary>
    private static string Mebibytes(int bytes) => (Math.Ceiling(10.0 * bytes / Mebibyte) / 10).ToString("0.#", CultureInfo.InvariantCulture);
}

using Google.Protobuf;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>A call about one photo. A fault of the photo or of the call is part of the answer; it never ends the command.</summary>
internal static class PhotoCall
{
    /// <param name="path">The photo.</param>
    /// <param name="server">Who answers.</param>
    /// <param name="ask">Asks about the photo, and reads the answer.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Why the answer is not whole; null when it is.</returns>
    /// <exception cref="OperationCanceledException">The command was asked to end.</exception>
    public static async Task<string?> RunAsync(string path, Uri server, Func<Image, Task> ask, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            return "it is a folder; a photo is needed";
        try
        {
            await ask(new Image { Encoded = UnsafeByteOperations.UnsafeWrap(await File.ReadAllBytesAsync(path, cancellation)) });
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
        catch (RpcException fault)
        {
            return CallFaults.Describe(fault, server);
        }
    }
}

namespace GradCamGrpc.Server.Hosting;

/// <summary>libtorch does not load. The message says why, and what helps.</summary>
public sealed class LibTorchException(string reason, Exception inner) : Exception(
    $"""
    libtorch cannot be loaded: {reason}
    It comes with a build (./serve.sh). A build with LibTorch=none expects libtorch 2.10 in a folder that LD_LIBRARY_PATH names.
    """,
    inner);

namespace GradCamGrpc.Server.Errors;

/// <summary>A request that the server will refuse until its operator has changed something.</summary>
/// <param name="code">The reason, as <c>google.rpc.ErrorInfo</c> has it.</param>
/// <param name="message">What is to be changed.</param>
internal sealed class FailedPreconditionException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

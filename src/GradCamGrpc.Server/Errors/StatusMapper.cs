using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using GradCamGrpc.Batching;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace GradCamGrpc.Server.Errors;

/// <summary>Turns whatever ended a call into the one status its client gets.</summary>
internal static class StatusMapper
{
    private const string Domain = "gradcam";

    /// <summary>Whether the fault is the server's own and belongs in its log as an error.</summary>
    public static bool IsInternal(Exception error) => ToRpcException(error).StatusCode is StatusCode.Internal;

    public static RpcException ToRpcException(Exception error) => error as RpcException ?? ToStatus(error).ToRpcException();

    /// <summary>The same for an item of a stream that goes on.</summary>
    public static ItemStatus ToItemStatus(Exception error)
    {
        var status = ToStatus(error);
        return new ItemStatus { Code = status.Code, Message = status.Message, Details = { status.Details } };
    }

    /// <summary>A status with the reason that programs go by.</summary>
    public static Status Of(StatusCode code, string reason, string message, params IMessage[] details) => new()
    {
        Code = (int)code,
        Message = message,
        Details = { details.Prepend(new ErrorInfo { Reason = reason, Domain = Domain }).Select(Any.Pack) },
    };

    /// <summary>The status of a fault that is not one already.</summary>
    public static Status ToStatus(Exception error) => error switch
    {
        InvalidRequestException invalid => Of(StatusCode.InvalidArgument, "INVALID_REQUEST", error.Message, BadRequest(invalid.Violations)),
        InvalidProtocolBufferException => Of(
            StatusCode.InvalidArgument, "INVALID_REQUEST", $"the bytes are not the message that this call takes: {error.Message}"),
        NotFoundException absent => Of(StatusCode.NotFound, "NOT_FOUND", error.Message, BadRequest(absent.Violations)),
        QueueFullException full => Of(StatusCode.ResourceExhausted, full.Code, error.Message, RetryAfter(full.RetryAfter)),
        PixelBudgetException full => Of(StatusCode.ResourceExhausted, "PIXEL_BUDGET_SPENT", error.Message, RetryAfter(full.RetryAfter)),
        CheckRunningException running => Of(StatusCode.ResourceExhausted, "CHECK_RUNNING", error.Message, RetryAfter(running.RetryAfter)),
        FailedPreconditionException failed => Of(StatusCode.FailedPrecondition, failed.Code, error.Message),
        PermissionDeniedException => Of(StatusCode.PermissionDenied, "PERMISSION_DENIED", error.Message),
        ServerUnavailableException => Of(StatusCode.Unavailable, "NOT_READY", error.Message),
        DeadlineExceededException => Of(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed before the request was done"),
        NonFiniteException => Of(StatusCode.Internal, "NOT_FINITE", error.Message),
        OperationCanceledException => Of(StatusCode.Cancelled, "CANCELLED", "the call was cancelled"),
        _ => Of(StatusCode.Internal, "FAULT", "something went wrong in the server; its log says what"),
    };

    private static RetryInfo RetryAfter(TimeSpan delay) => new() { RetryDelay = Duration.FromTimeSpan(delay) };

    private static BadRequest BadRequest(IEnumerable<FieldViolation> violations) => new()
    {
        FieldViolations =
        {
            violations.Select(violation => new BadRequest.Types.FieldViolation
            {
                Field = violation.Field,
                Description = violation.Description,
            }),
        },
    };
}

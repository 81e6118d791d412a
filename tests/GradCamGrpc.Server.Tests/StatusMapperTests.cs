using Google.Rpc;
using GradCamGrpc.Batching;
using GradCamGrpc.Server.Errors;
using Grpc.Core;

namespace GradCamGrpc.Server.Tests;

public sealed class StatusMapperTests
{
    public static TheoryData<Exception, StatusCode> Statuses => new()
    {
        { new InvalidRequestException([new("a", "b")]), StatusCode.InvalidArgument },
        { new NotFoundException([new("a", "b")]), StatusCode.NotFound },
        { new QueueFullException(RefusalReason.Items, TimeSpan.FromMilliseconds(5)), StatusCode.ResourceExhausted },
        { new PixelBudgetException(100, TimeSpan.FromSeconds(1)), StatusCode.ResourceExhausted },
        { new CheckRunningException(TimeSpan.FromSeconds(5)), StatusCode.ResourceExhausted },
        { new ServerUnavailableException("x"), StatusCode.Unavailable },
        { new DeadlineExceededException(), StatusCode.DeadlineExceeded },
        { new OperationCanceledException(), StatusCode.Cancelled },
        { new NonFiniteException("the outputs"), StatusCode.Internal },
        { new InvalidOperationException("secret"), StatusCode.Internal },
    };

    [Theory, MemberData(nameof(Statuses))]
    public void ToRpcException_Fault_HasItsStatus(Exception fault, StatusCode expected)
    {
        Assert.Equal(expected, StatusMapper.ToRpcException(fault).StatusCode);
        Assert.Equal(expected is StatusCode.Internal, StatusMapper.IsInternal(fault));
    }

    [Fact]
    public void ToRpcException_FieldsAtFault_AreDetails()
    {
        var status = StatusMapper.ToRpcException(new InvalidRequestException([new("targets[0]", "no"), new("layer", "none")])).GetRpcStatus()!;

        Assert.Equal(
            [("targets[0]", "no"), ("layer", "none")],
            status.GetDetail<BadRequest>().FieldViolations.Select(violation => (violation.Field, violation.Description)));
        Assert.Equal("targets[0]: no; layer: none", status.Message);
        Assert.Equal(("INVALID_REQUEST", "gradcam"), (status.GetDetail<ErrorInfo>().Reason, status.GetDetail<ErrorInfo>().Domain));
    }

    [Fact]
    public void ToRpcException_QueueIsFull_HasTheHint()
    {
        var status = StatusMapper.ToRpcException(new QueueFullException(RefusalReason.Items, TimeSpan.FromMilliseconds(250))).GetRpcStatus()!;

        Assert.Equal(TimeSpan.FromMilliseconds(250), status.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan());
    }

    [Fact]
    public void ToRpcException_UnforeseenFault_DoesNotTellWhatIsInside()
    {
        Assert.DoesNotContain("secret", StatusMapper.ToRpcException(new InvalidOperationException("secret")).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void ToRpcException_StatusOfItsOwn_IsKept()
    {
        var own = new RpcException(new Grpc.Core.Status(StatusCode.Aborted, "x"));

        Assert.Same(own, StatusMapper.ToRpcException(own));
        Assert.False(StatusMapper.IsInternal(own));
    }
}

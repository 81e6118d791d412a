"""Retries, errors and connections against servers that say what a test wants."""

import asyncio
import math
import socket
import threading
import time

import grpc
import pytest
from conftest import PHOTO, Awaited, a_map, refuse, rich

import gradcam
from gradcam.errors import of_item
from gradcam.v1 import classification_service_pb2 as classification

LATE = classification.ClassifyResponse(prediction={"model": "late", "classes": [{"label": "cat"}]})


def failing(*refusals):
    """A Classify that is refused so often, and then succeeds; ``calls`` counts."""
    calls = []

    def classify(request, context):
        calls.append(context.time_remaining())
        if len(calls) <= len(refusals):
            refuse(context, **refusals[len(calls) - 1])
        return LATE

    classify.calls = calls
    return classify


AWAY = {"code": grpc.StatusCode.UNAVAILABLE, "message": "starting"}
FULL = {"code": grpc.StatusCode.RESOURCE_EXHAUSTED, "message": "the queue is full", "reason": "QUEUE_FULL", "retry_after": 0.08}


def test_unavailable_tries_again_at_doubling_pauses(connect, serve):
    classify = failing(AWAY, AWAY, AWAY)
    client = connect(serve(classify=classify))

    assert client.classify(PHOTO).model == "late"

    # Half to all of 100, 200 and 400 ms; by a chance of 0.5, three quarters.
    assert client.slept == pytest.approx([0.075, 0.15, 0.3]) and len(classify.calls) == 4


def test_resource_exhausted_waits_as_the_server_says(connect, serve):
    client = connect(serve(classify=failing(FULL)))

    assert client.classify(PHOTO).model == "late"

    # The hint and up to a quarter of it; by a chance of 0.5, an eighth.
    assert client.slept == pytest.approx([0.09])


CODES = [code for code in grpc.StatusCode if code not in (grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE)]


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_other_ends_are_not_tried_again(connect, serve, code):
    classify = failing({"code": code, "message": "the server's words"})
    client = connect(serve(classify=classify))

    with pytest.raises(gradcam.GradCamError, match="the server's words") as caught:
        client.classify(PHOTO)

    kinds = {
        "INVALID_ARGUMENT": "InvalidArgument", "NOT_FOUND": "NotFound", "RESOURCE_EXHAUSTED": "ResourceExhausted", "CANCELLED": "Cancelled",
        "DEADLINE_EXCEEDED": "DeadlineExceeded", "UNAUTHENTICATED": "Refused", "PERMISSION_DENIED": "Refused",
        "UNIMPLEMENTED": "OtherVersion", "DATA_LOSS": "BrokenAnswer",
    }
    assert type(caught.value).__name__ == kinds.get(code.name, "GradCamError") and caught.value.code is code
    assert len(classify.calls) == 1 and client.slept == [] and caught.value.retry_after is None


def test_server_stays_busy_ends_after_the_attempts_with_the_hint(connect, serve):
    classify = failing(*[FULL] * 9)
    client = connect(serve(classify=classify), {"attempts": 3})

    with pytest.raises(gradcam.ResourceExhausted, match="ClassificationService.Classify: the queue is full") as caught:
        client.classify(PHOTO)

    assert len(classify.calls) == 3 and caught.value.retry_after == 0.08 and caught.value.reason == "QUEUE_FULL"


def test_pause_is_beyond_the_timeout_ends_at_once(connect, serve):
    classify = failing({**FULL, "retry_after": 7200})
    client = connect(serve(classify=classify))

    with pytest.raises(gradcam.ResourceExhausted):
        client.classify(PHOTO)

    assert len(classify.calls) == 1 and client.slept == []


def test_timeout_is_for_all_attempts_together(connect, serve):
    classify = failing(AWAY)
    now = iter([0.0, 0.0, 5.0, 6.0])

    connect(serve(classify=classify), {"clock": lambda: next(now)}).classify(PHOTO, timeout=10)

    assert classify.calls[0] == pytest.approx(10, abs=1) and classify.calls[1] == pytest.approx(4, abs=1)


def test_infinite_timeout_is_none(connect, serve):
    classify = failing()
    connect(serve(classify=classify), timeout=math.inf).classify(PHOTO)

    # Without a deadline the server is told of none, or of one in ages.
    assert classify.calls[0] is None or classify.calls[0] > 1e6


def test_pauses_are_bounded_and_differ_by_chance():
    error = gradcam.Unavailable("away")
    for chance in (0.0, 0.999):
        policy = gradcam.Retry(attempts=100, initial=0.1, most=2.0, random=lambda: chance)
        for attempt in range(1, 100):
            full = min(2.0, 0.1 * 2 ** min(attempt - 1, 50))
            assert policy.pause(error, attempt) == pytest.approx(full / 2 * (1 + chance))


def test_error_has_every_field_and_reads_well(connect, serve):
    faults = [("top_k", "is 0"), ("model", "is unknown")]
    client = connect(serve(classify=failing({"code": grpc.StatusCode.INVALID_ARGUMENT, "message": "2 fields are wrong", "violations": faults})))

    with pytest.raises(gradcam.InvalidArgument) as caught:
        client.classify(PHOTO)

    assert caught.value.violations == (gradcam.Violation("top_k", "is 0"), gradcam.Violation("model", "is unknown"))
    assert str(caught.value) == "ClassificationService.Classify: 2 fields are wrong; top_k: is 0; model: is unknown"
    assert isinstance(caught.value.__cause__, grpc.RpcError)


def test_error_details_are_damaged_keeps_the_status():
    status = rich(grpc.StatusCode.RESOURCE_EXHAUSTED, "full", retry_after=1)
    status.details[0].value = b"\xff\xff\xff"
    item = classification.ItemStatus.FromString(status.SerializeToString())

    error = of_item(item, "call")

    assert isinstance(error, gradcam.ResourceExhausted) and error.message == "full"
    assert of_item(classification.ItemStatus(), "call") is None


def test_server_of_another_version_says_so(connect, serve):
    client = connect(serve())

    for call in (lambda: client.classify(PHOTO), client.models, lambda: list(client.explain_many([PHOTO]))):
        with pytest.raises(gradcam.OtherVersion, match="another version of the API"):
            call()


def test_explain_cut_in_the_middle_keeps_what_came_and_names_the_rest(connect, serve):
    def explain(request, context):
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake"}, map_count=3)
        yield classification.ClassificationServiceExplainResponse(map=a_map(target_index=1))
        refuse(context, grpc.StatusCode.INTERNAL, "the cable was cut")

    with pytest.raises(gradcam.GradCamError, match=r"the cable was cut \(1 of 3 arrived; missing: 0, 2\)") as caught:
        connect(serve(explain=explain)).explain(PHOTO, "a", "b", "c", overlay=False)

    assert caught.value.missing == (0, 2) and [m.target for m in caught.value.partial.maps] == [1]
    assert caught.value.partial.prediction.model == "fake"


def test_explain_cut_for_a_while_is_asked_again_whole(connect, serve):
    calls = []

    def explain(request, context):
        calls.append(1)
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake"}, map_count=2)
        yield classification.ClassificationServiceExplainResponse(map=a_map(target_index=0))
        if len(calls) == 1:
            refuse(context, grpc.StatusCode.UNAVAILABLE, "draining")
        yield classification.ClassificationServiceExplainResponse(map=a_map(target_index=1))

    why = connect(serve(explain=explain)).explain(PHOTO, "a", "b", overlay=False)

    assert [m.target for m in why.maps] == [0, 1] and len(calls) == 2


def test_explain_cut_for_good_keeps_the_attempt_that_brought_most(connect, serve):
    calls = []

    def explain(request, context):
        calls.append(1)
        if len(calls) == 1:
            yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake"}, map_count=1)
        refuse(context, grpc.StatusCode.UNAVAILABLE, "draining")

    with pytest.raises(gradcam.Unavailable) as caught:
        connect(serve(explain=explain), {"attempts": 2}).explain(PHOTO)

    assert caught.value.partial.prediction.model == "fake" and caught.value.arrived == 0 and caught.value.missing == (0,)


def test_explain_server_ends_too_early_is_no_success(connect, serve):
    def explain(request, context):
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake"}, map_count=1)

    with pytest.raises(gradcam.BrokenAnswer, match="before it was whole"):
        connect(serve(explain=explain)).explain(PHOTO)


@pytest.mark.parametrize("damage", ["bytes", "form"])
def test_explain_map_is_damaged_is_no_success(connect, serve, damage):
    broken = a_map()
    if damage == "bytes":
        broken.outputs[0].raw.data += b"1"
    else:
        broken.outputs[0].peak.value = 1

    def explain(request, context):
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake"}, map_count=1)
        yield classification.ClassificationServiceExplainResponse(map=broken)

    with pytest.raises(gradcam.BrokenAnswer):
        connect(serve(explain=explain)).explain(PHOTO, overlay=False)


def test_metadata_goes_with_every_call(connect, serve):
    seen = []

    def classify(request, context):
        seen.append(dict(context.invocation_metadata()))
        return LATE

    spans = iter(["00-1", "00-2"])
    client = connect(serve(classify=classify), api_key="secret", metadata=lambda: {"TraceParent": next(spans)})
    client.classify(PHOTO)
    client.classify(PHOTO)

    assert [call["traceparent"] for call in seen] == ["00-1", "00-2"] and all(call["x-api-key"] == "secret" for call in seen)


def test_model_is_the_clients_unless_the_call_names_one(connect, serve):
    models = []

    def classify(request, context):
        models.append(request.model)
        return LATE

    client = connect(serve(classify=classify), model="cats")
    client.classify(PHOTO)
    client.classify(PHOTO, model="dogs")

    assert models == ["cats", "dogs"]


def test_token_goes_over_tls_alone(connect, serve, certificate):
    seen = []

    def classify(request, context):
        seen.append(dict(context.invocation_metadata())["authorization"])
        return LATE

    key, chain = certificate
    address = serve(classify=classify, credentials=grpc.ssl_server_credentials([(key, chain)]))
    connect(address, tls=chain, token="secret").classify(PHOTO)

    assert seen == ["Bearer secret"]
    with pytest.raises(ValueError, match="TLS"):
        connect(address, token="secret")
    with pytest.raises(gradcam.Unavailable):
        connect(address, {"attempts": 1}, tls=True).classify(PHOTO)


def test_target_is_a_url_says_what_would_be_right(connect):
    with pytest.raises(ValueError, match="host:port"):
        connect("https://localhost:50051")


def test_wait_until_ready_asks_until_it_serves(connect, serve):
    states = iter(["UNKNOWN", "NOT_SERVING", "NOT_SERVING", "SERVING"])
    client = connect(serve(health=lambda: next(states)), {"attempts": 1})

    client.wait_until_ready()

    assert client.slept == pytest.approx([0.075, 0.15, 0.3])


def test_wait_until_ready_never_serves_says_why(connect, serve):
    now = iter(range(1000))
    client = connect(serve(health=lambda: "NOT_SERVING"), {"clock": lambda: next(now)})

    with pytest.raises(gradcam.Unavailable, match="NOT_SERVING"):
        client.wait_until_ready(timeout=30)

    assert len(client.slept) > 5


def test_wait_until_ready_nobody_listens_and_then_somebody_does(connect, serve):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = connect(f"127.0.0.1:{port}")
    with pytest.raises(gradcam.Unavailable):
        client.wait_until_ready(timeout=0.3)

    serve(health=lambda: "SERVING", port=port)

    client.wait_until_ready(timeout=20)


def test_closed_client_says_so(connect, serve):
    client = connect(serve(classify=failing()))
    client.close()

    for call in (lambda: client.classify(PHOTO), lambda: next(client.explain_many([PHOTO])), client.wait_until_ready):
        with pytest.raises(gradcam.ClientClosed, match="closed"):
            call()


def test_client_is_closed_while_a_call_runs_ends_the_call(serve):
    running = threading.Event()

    def classify(request, context):
        running.set()
        ended = threading.Event()
        context.add_callback(ended.set)
        ended.wait(30)
        return LATE

    client = gradcam.Client(serve(classify=classify))
    threading.Thread(target=lambda: (running.wait(30), client.close())).start()

    started = time.monotonic()
    with pytest.raises(gradcam.ClientClosed):
        client.classify(PHOTO)
    assert time.monotonic() - started < 20


def test_async_task_is_cancelled_stays_cancelled(serve):
    running, ended = threading.Event(), threading.Event()

    def classify(request, context):
        context.add_callback(ended.set)
        running.set()
        ended.wait(30)
        return LATE

    client = Awaited(serve(classify=classify))

    async def cancel():
        task = asyncio.ensure_future(client.inner.classify(PHOTO))
        await asyncio.to_thread(running.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    client.loop.run_until_complete(cancel())
    assert ended.wait(30)
    client.close()

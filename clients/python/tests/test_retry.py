"""Retries, errors and connections against servers that say what a test wants."""

import asyncio
import math
import socket
import threading
import time

import grpc
import numpy as np
import pytest
from conftest import PHOTO, Awaited, a_map, refuse, rich

import gradcam
from gradcam import tasks
from gradcam.errors import of_item
from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import captioning_service_pb2_grpc as captioning_grpc
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import evidence_service_pb2 as evidence_service
from gradcam.v1 import evidence_service_pb2_grpc as evidence_grpc
from gradcam.v1 import model_service_pb2 as model_service
from gradcam.v1 import model_service_pb2_grpc as model_grpc
from gradcam.v1 import multi_task_service_pb2 as multi_task
from gradcam.v1 import multi_task_service_pb2_grpc as multi_task_grpc
from gradcam.v1 import vqa_service_pb2 as vqa
from gradcam.v1 import vqa_service_pb2_grpc as vqa_grpc

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


CODES = [code for code in grpc.StatusCode if code.name not in ("OK", "UNAVAILABLE", "CANCELLED")]


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_other_ends_are_not_tried_again(connect, serve, code):
    classify = failing({"code": code, "message": "the server's words"})
    client = connect(serve(classify=classify))

    with pytest.raises(gradcam.GradCamError, match="the server's words") as caught:
        client.classify(PHOTO)

    kinds = {
        "INVALID_ARGUMENT": "InvalidArgument", "NOT_FOUND": "NotFound", "RESOURCE_EXHAUSTED": "TooLarge",
        "DEADLINE_EXCEEDED": "DeadlineExceeded", "UNAUTHENTICATED": "Unauthenticated", "PERMISSION_DENIED": "PermissionDenied",
        "UNIMPLEMENTED": "Unimplemented", "DATA_LOSS": "BrokenAnswer",
    }
    assert type(caught.value).__name__ == kinds.get(code.name, "GradCamError") and caught.value.code is code
    assert len(classify.calls) == 1 and client.slept == [] and caught.value.retry_after is None
    assert isinstance(caught.value, gradcam.ResourceExhausted) == (code is grpc.StatusCode.RESOURCE_EXHAUSTED)


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
        with pytest.raises(gradcam.Unimplemented, match="another version of the API"):
            call()


def test_explain_cut_in_the_middle_keeps_what_came_and_names_the_rest(connect, serve):
    def explain(request, context):
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake", "classes": [{"label": "cat"}]}, map_count=3)
        yield classification.ClassificationServiceExplainResponse(map=a_map(target_index=1))
        refuse(context, grpc.StatusCode.INTERNAL, "the cable was cut")

    with pytest.raises(gradcam.GradCamError, match=r"the cable was cut \(1 of 3 arrived; missing: 0, 2\)") as caught:
        connect(serve(explain=explain)).explain(PHOTO, "a", "b", "c", overlay=False)

    assert caught.value.missing == (0, 2) and [m.target for m in caught.value.partial.maps] == [1]
    assert caught.value.partial.prediction.model == "fake"


class CutTasks(multi_task_grpc.MultiTaskServiceServicer):
    """All that the classes ask for comes, and the caption's first map of two; of the answers nothing."""

    def Explain(self, request, context):
        prediction = {"model": "fake", "classes": [{"label": "cat"}]}
        yield multi_task.MultiTaskServiceExplainResponse(classification={"prediction": prediction, "map_count": 1})
        caption = {"captions": [{"text": "cat", "words": [{"text": "cat"}]}]}
        yield multi_task.MultiTaskServiceExplainResponse(captioning={"prediction": caption, "map_count": 2})
        yield multi_task.MultiTaskServiceExplainResponse(classification={"map": a_map()})
        yield multi_task.MultiTaskServiceExplainResponse(captioning={"map": a_map()})
        refuse(context, grpc.StatusCode.INTERNAL, "the cable was cut")


def test_explain_tasks_cut_in_the_middle_names_the_tasks_without_all_maps(connect, serve):
    service = (multi_task_grpc.add_MultiTaskServiceServicer_to_server, CutTasks())
    asked = [tasks.answers(["what is it"], overlay=False), tasks.classes(overlay=False), tasks.words(overlay=False)]

    with pytest.raises(gradcam.GradCamError, match=r"the cable was cut \(2 arrived; missing: 0, 2\)") as caught:
        connect(serve(services=[service])).explain_tasks(PHOTO, *asked)

    assert caught.value.missing == (0, 2) and caught.value.arrived == 2 and caught.value.expected is None
    assert len(caught.value.partial.classes.maps) == 1 and len(caught.value.partial.caption.maps) == 1 and caught.value.partial.answers is None


# A proxy ends what it cannot go on with as CANCELLED.
@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED], ids=lambda code: code.name)
def test_explain_cut_for_a_while_is_asked_again_whole(connect, serve, code):
    calls = []

    def explain(request, context):
        calls.append(1)
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake", "classes": [{"label": "cat"}]}, map_count=2)
        yield classification.ClassificationServiceExplainResponse(map=a_map(target_index=0))
        if len(calls) == 1:
            refuse(context, code, "draining")
        yield classification.ClassificationServiceExplainResponse(map=a_map(target_index=1))

    why = connect(serve(explain=explain)).explain(PHOTO, "a", "b", overlay=False)

    assert [m.target for m in why.maps] == [0, 1] and len(calls) == 2


def test_explain_cut_for_good_keeps_the_attempt_that_brought_most(connect, serve):
    calls = []

    def explain(request, context):
        calls.append(1)
        if len(calls) == 1:
            yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake", "classes": [{"label": "cat"}]}, map_count=1)
        refuse(context, grpc.StatusCode.UNAVAILABLE, "draining")

    with pytest.raises(gradcam.Unavailable) as caught:
        connect(serve(explain=explain), {"attempts": 2}).explain(PHOTO)

    assert caught.value.partial.prediction.model == "fake" and caught.value.arrived == 0 and caught.value.missing == (0,)


def test_explain_server_ends_too_early_is_no_success(connect, serve):
    def explain(request, context):
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake", "classes": [{"label": "cat"}]}, map_count=1)

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
        yield classification.ClassificationServiceExplainResponse(prediction={"model": "fake", "classes": [{"label": "cat"}]}, map_count=1)
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


def test_metadata_and_priority_of_a_call_go_with_it_alone(connect, serve):
    seen = []

    def classify(request, context):
        seen.append(dict(context.invocation_metadata()))
        return LATE

    def stream(requests, context):
        seen.append(dict(context.invocation_metadata()))
        for _ in requests:
            yield from ()

    client = connect(serve(classify=classify, explain_stream=stream), api_key="secret", metadata={"tenant": "a", "x-priority": "normal"})
    client.classify(PHOTO, priority="low", metadata={"Tenant": "b"})
    client.classify(PHOTO)
    list(client.explain_many([], priority="high"))

    assert [(call["x-priority"], call["tenant"], call["x-api-key"]) for call in seen] == [
        ("low", "b", "secret"), ("normal", "a", "secret"), ("high", "a", "secret")
    ]
    assert seen[0]["user-agent"].startswith(f"gradcam-python/{gradcam.__version__} ")


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


def test_target_may_be_a_url(connect, serve, certificate):
    key, chain = certificate
    plain, secret = serve(classify=failing()), serve(classify=failing(), credentials=grpc.ssl_server_credentials([(key, chain)]))

    assert connect(f"http://{plain}/").classify(PHOTO).model == "late"
    assert connect(f"https://{secret}", tls=chain).classify(PHOTO).model == "late"
    # Over TLS, but nobody whom the system trusts has signed that.
    with pytest.raises(gradcam.Unavailable):
        connect(f"https://{secret}", {"attempts": 1}).classify(PHOTO)
    with pytest.raises(gradcam.Unavailable):
        connect(f"https://{plain}", {"attempts": 1}).classify(PHOTO)


def test_target_is_none_says_what_would_be_one(connect):
    for wrong in ("localhost", "", ":", "http://", "host:", ":50051"):
        with pytest.raises(ValueError, match="localhost:50051"):
            connect(wrong)
    connect("dns:///localhost"), connect("unix:/tmp/socket"), connect("[::1]:50051")


def test_nobody_listens_says_where(connect):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(gradcam.Unavailable, match=f"no server answers at {address}"):
        connect(address, {"attempts": 1}).classify(PHOTO)


def test_tls_none_is_none_and_a_path_is_read(connect, serve, certificate, tmp_path):
    key, chain = certificate
    authority = tmp_path / "ca.pem"
    authority.write_bytes(chain)

    assert connect(serve(classify=failing()), tls=None).classify(PHOTO).model == "late"
    for path in (authority, str(authority)):
        address = serve(classify=failing(), credentials=grpc.ssl_server_credentials([(key, chain)]))
        assert connect(address, tls=path).classify(PHOTO).model == "late"


def test_certificate_is_shown_to_a_server_that_asks_for_one(connect, serve, certificate, tmp_path):
    seen = []

    def classify(request, context):
        seen.append(context.auth_context()["x509_common_name"])
        return LATE

    key, chain = certificate
    (tmp_path / "key.pem").write_bytes(key)
    credentials = grpc.ssl_server_credentials([(key, chain)], root_certificates=chain, require_client_auth=True)
    address = serve(classify=classify, credentials=credentials)

    connect(address, tls=chain, certificate=(chain, tmp_path / "key.pem")).classify(PHOTO)

    assert seen == [[b"127.0.0.1"]]
    with pytest.raises(gradcam.Unavailable):
        connect(address, {"attempts": 1}, tls=chain).classify(PHOTO)
    with pytest.raises(ValueError, match="needs TLS"):
        connect(address, certificate=(chain, key))
    with pytest.raises(ValueError, match="leave certificate out"):
        connect(address, tls=grpc.ssl_channel_credentials(chain), certificate=(chain, key))


def test_wait_until_ready_asks_until_it_serves(connect, serve):
    states = iter(["UNKNOWN", "NOT_SERVING", "NOT_SERVING", "SERVING"])
    client = connect(serve(health=lambda: next(states)), {"attempts": 1})

    client.wait_until_ready()

    assert client.slept == pytest.approx([0.075, 0.15, 0.3])


def test_wait_until_ready_never_serves_says_why(connect, serve):
    now = iter(range(1000))
    client = connect(serve(health=lambda: "NOT_SERVING"), {"clock": lambda: next(now)})

    with pytest.raises(gradcam.Unavailable, match="NOT_SERVING") as caught:
        client.wait_until_ready(timeout=30)

    assert len(client.slept) > 5 and caught.value.code is grpc.StatusCode.UNAVAILABLE


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


def test_client_is_closed_in_the_pause_before_another_attempt_says_so(serve):
    for stream in (False, True):

        def refused(requests, context):
            refuse(context, **AWAY)
            yield

        address = serve(classify=failing(*[AWAY] * 9), explain_stream=refused)
        client = gradcam.Client(address, retry=gradcam.Retry(sleep=lambda seconds: client.close()))
        with pytest.raises(gradcam.ClientClosed):
            list(client.explain_many([PHOTO])) if stream else client.classify(PHOTO)

        async def close(seconds):
            await other.inner.close()

        other = Awaited(address, retry=gradcam.Retry(sleep=close))
        with pytest.raises(gradcam.ClientClosed):
            list(other.explain_many([PHOTO])) if stream else other.classify(PHOTO)


def test_client_is_closed_as_a_call_begins_says_so(serve):
    """The client's own check is past, and gRPC's channel is closed: another thread was quicker."""
    for stream in (False, True):
        times = []

        def clock():
            times.append(1)
            if len(times) == 2:  # Once for the deadline, and then for what remains of it.
                client.close()
            return 0.0

        client = gradcam.Client(serve(classify=failing()), retry=gradcam.Retry(clock=clock))
        with pytest.raises(gradcam.ClientClosed):
            list(client.explain_many([PHOTO], timeout=9)) if stream else client.classify(PHOTO)
        assert len(times) >= 2


def test_async_task_is_cancelled_and_the_client_closed_stays_cancelled(serve):
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
        await client.inner.close()
        with pytest.raises(asyncio.CancelledError):
            await task

    client.loop.run_until_complete(cancel())


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


class Paged(model_grpc.ModelServiceServicer):
    """Lists three models, one a page, and fails once in the middle."""

    def __init__(self):
        self.asked = []

    def ListModels(self, request, context):
        self.asked.append(request.page_token)
        if self.asked == ["", "second"]:
            refuse(context, **AWAY)
        following = {"": "second", "second": "third", "third": ""}[request.page_token]
        return model_service.ListModelsResponse(models=[{"name": f"before {following}"}], next_page_token=following)


def test_models_are_read_to_the_last_page(connect, serve):
    paged = Paged()

    found = connect(serve(services=[(model_grpc.add_ModelServiceServicer_to_server, paged)])).models()

    assert [model.name for model in found] == ["before second", "before third", "before "]
    assert paged.asked == ["", "second", "", "second", "third"]


class Evidence(evidence_grpc.EvidenceServiceServicer):
    def __init__(self, refusals, cut=False):
        self.refusals, self.cut, self.metadata = refusals, cut, []

    def Evaluate(self, request, context):
        self.metadata.append(dict(context.invocation_metadata()))
        if len(self.metadata) <= self.refusals:
            refuse(context, **{**FULL, "reason": "CHECK_RUNNING"})
        yield evidence_service.EvaluateResponse(prediction={"model": request.model})
        if self.cut:
            refuse(context, grpc.StatusCode.INTERNAL, "the cable was cut")
        yield evidence_service.EvaluateResponse(evidence={})


def test_call_another_service_has_retries_errors_and_metadata(connect, serve):
    evidence = Evidence(refusals=1)
    client = connect(serve(services=[(evidence_grpc.add_EvidenceServiceServicer_to_server, evidence)]), api_key="mine")
    request = evidence_service.EvaluateRequest(model="cats")

    answers = client.call(evidence_grpc.EvidenceServiceStub, "Evaluate", request, priority="low")

    assert [answer.WhichOneof("event") for answer in answers] == ["prediction", "evidence"] and client.slept == pytest.approx([0.09])
    assert evidence.metadata[1]["x-api-key"] == "mine" and evidence.metadata[1]["x-priority"] == "low"
    evidence.cut = True
    with pytest.raises(gradcam.GradCamError, match="EvidenceService.Evaluate: the cable was cut") as caught:
        client.call(evidence_grpc.EvidenceServiceStub, "Evaluate", request)
    assert [answer.prediction.model for answer in caught.value.partial] == ["cats"]


class Heads(captioning_grpc.CaptioningServiceServicer, vqa_grpc.VqaServiceServicer):
    """Answers that no server gives."""

    def Caption(self, request, context):
        return captioning.CaptionResponse()

    def Answer(self, request, context):
        return vqa.AnswerResponse(prediction={"questions": [{"answers": [{"text": "cat"}]}]} if len(request.questions) == 2 else {})


class BrokenCaption(Heads):
    def __init__(self, *parts):
        self.parts = parts

    def Explain(self, request, context):
        yield from self.parts


def test_answers_without_what_was_asked_for_are_broken(connect, serve):
    words = captioning.CaptioningServiceExplainResponse
    sentence = words(prediction={"captions": [{"text": "cat", "words": [{"text": "cat"}]}]}, map_count=0)
    looked = words(attention={"grids": [{"layer": "a", "size": {"width": 2, "height": 1}, "data": b"123"}]})
    answers = vqa.VqaServiceExplainResponse
    calls = [
        (lambda client: client.caption(PHOTO), ()),
        (lambda client: client.ask(PHOTO, "what"), ()),
        (lambda client: client.ask_all(PHOTO, ["what", "where"]), ()),
        (lambda client: client.explain_caption(PHOTO), [words(prediction={})]),
        (lambda client: client.explain_caption(PHOTO), [looked]),
        (lambda client: client.explain_caption(PHOTO), [sentence, looked]),
        (lambda client: client.explain_caption(PHOTO), [sentence, sentence]),
        (lambda client: client.explain_answer(PHOTO, "what"), [answers(prediction={})]),
    ]
    for call, parts in calls:
        service = BrokenCaption(*parts)
        adds = (captioning_grpc.add_CaptioningServiceServicer_to_server, vqa_grpc.add_VqaServiceServicer_to_server)
        client = connect(serve(services=[(add, service) for add in adds]))
        with pytest.raises(gradcam.BrokenAnswer):
            call(client)


def test_compression_makes_less_of_what_is_sent(connect, serve, cable):
    pixels, sent = np.zeros((300, 300, 3), np.uint8), []

    for compression in (True, False):
        before = cable.sent
        connect(cable.to(serve(classify=failing())), compression=compression).classify(pixels)
        sent.append(cable.sent - before)

    assert sent[0] < 10_000 < 270_000 < sent[1]

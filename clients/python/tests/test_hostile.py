"""Servers that answer nonsense, and sources that do what sources should not."""

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import numpy as np
import pytest
from conftest import PHOTO, a_map, refuse
from PIL import Image
from test_streams import Response, answer, items, parts

import gradcam
from gradcam import photo, results
from gradcam.errors import of_item
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import evidence_service_pb2 as evidence_service
from gradcam.v1 import evidence_service_pb2_grpc as evidence_grpc
from gradcam.v1 import explanation_pb2 as pb
from gradcam.v1 import model_service_pb2 as model_service
from gradcam.v1 import model_service_pb2_grpc as model_grpc
from gradcam.v1 import vqa_service_pb2 as vqa
from gradcam.v1 import vqa_service_pb2_grpc as vqa_grpc

SHORT = 5
"""Seconds in which what does not hang has ended."""
ONE = b"\0\0\x80\x3f"


def raw(width, height, channels, data):
    return {"size": {"width": width, "height": height}, "channel_count": channels, "data": data, "grid": 1, "values": 1}


@pytest.mark.parametrize(
    "numbers",
    [
        raw(2, 1, 1, ONE + b"\0\0\xc0\x7f"), raw(1, 1, 1, b"\0\0\x80\x7f"), raw(-1, -1, 1, ONE), raw(0, 1, 1, b""), raw(1, 1, 0, b""),
        # 2^64 bytes, of which none came.
        raw(1 << 30, 1 << 30, 4, b""),
    ],
    ids=["NaN", "infinity", "negative", "no column", "no channel", "overflow"],
)
def test_map_is_nonsense_is_a_broken_answer(connect, serve, numbers):
    def explain(request, context):
        yield classification.ClassificationServiceExplainResponse(prediction={"classes": [{"label": "cat"}]}, map_count=1)
        yield classification.ClassificationServiceExplainResponse(map={"outputs": [{"raw": numbers}]})

    with pytest.raises(gradcam.BrokenAnswer) as caught:
        connect(serve(explain=explain)).explain(PHOTO, overlay=False)

    assert caught.value.partial.maps == () and caught.value.missing == (0,)


def test_map_crop_is_nothing_covers_nothing():
    message = pb.SaliencyMap(outputs=[{"raw": {"grid": pb.MAP_GRID_NATIVE}}])
    found = gradcam.Map(
        np.ones((2, 2), np.float32), "cat", 1.0, "gradcam", (), 0, False, False, results.Rectangle(0.5, 0.5, 0, 0), results.Size(3, 2), None, (),
        message,
    )

    assert found.on_photo().tolist() == [[0, 0, 0], [0, 0, 0]]


def test_attention_is_nonsense_is_a_broken_answer():
    for size in ({"width": -1, "height": -1}, {"width": 0, "height": 1}):
        with pytest.raises(gradcam.BrokenAnswer):
            results.Attention.of(pb.AttentionGrid(size=size, data=ONE if size["width"] else b""), "call")


class Empty(vqa_grpc.VqaServiceServicer, model_grpc.ModelServiceServicer):
    """Answers everything with nothing; its list of models leads in a circle."""

    def Answer(self, request, context):
        return vqa.AnswerResponse(prediction={"questions": [{}] * len(request.questions)})

    def Explain(self, request, context):
        yield vqa.VqaServiceExplainResponse(prediction={"questions": [{}]}, map_count=0)

    def GetModel(self, request, context):
        return model_service.GetModelResponse()

    def ListModels(self, request, context):
        return model_service.ListModelsResponse(models=[{"name": "a"}], next_page_token="b" if request.page_token == "a" else "a")


def test_answer_says_nothing_is_a_broken_answer(connect, serve):
    adds = vqa_grpc.add_VqaServiceServicer_to_server, model_grpc.add_ModelServiceServicer_to_server
    client = connect(serve(classify=lambda request, context: classification.ClassifyResponse(), services=[(add, Empty()) for add in adds]))

    for call in (
        lambda: client.classify(PHOTO), lambda: client.ask(PHOTO, "what"), lambda: client.explain_answer(PHOTO, "what"), client.model, client.models
    ):
        with pytest.raises(gradcam.BrokenAnswer):
            call()


@pytest.mark.parametrize("hint", [0, -5])
def test_hint_is_no_time_to_come_pauses_as_without_one(connect, serve, hint):
    def classify(request, context):
        refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "full", retry_after=hint)

    client = connect(serve(classify=classify), {"attempts": 3})
    with pytest.raises(gradcam.ResourceExhausted) as caught:
        client.classify(PHOTO)

    assert client.slept == pytest.approx([0.075, 0.15]) and caught.value.retry_after == 0


class Halved(evidence_grpc.EvidenceServiceServicer):
    """Ends its answers too early, or says of nothing what is evident."""

    def Evaluate(self, request, context):
        yield evidence_service.EvaluateResponse(prediction={"classes": [{"label": "cat"}]})
        if request.seed:
            yield evidence_service.EvaluateResponse(evidence={})

    def CheckSanity(self, request, context):
        yield evidence_service.CheckSanityResponse(subject={"checkpoint_count": 2})
        yield evidence_service.CheckSanityResponse(checkpoint={"module": "head"})


def test_evidence_ends_too_early_is_a_broken_answer(connect, serve):
    client = connect(serve(services=[(evidence_grpc.add_EvidenceServiceServicer_to_server, Halved())]))

    with pytest.raises(gradcam.BrokenAnswer, match="missing: 0") as caught:
        client.evaluate(PHOTO)
    assert caught.value.partial.prediction.best.label == "cat" and caught.value.partial.maps == ()
    with pytest.raises(gradcam.BrokenAnswer, match="without the map"):
        client.evaluate(PHOTO, seed=1)
    with pytest.raises(gradcam.BrokenAnswer, match="1 of 2 arrived; missing: 1") as caught:
        client.check_sanity(PHOTO)
    assert [checkpoint.module for checkpoint in caught.value.partial.checkpoints] == ["head"]


def test_hint_is_longer_than_time_is_the_hint():
    status = classification.ItemStatus(code=8, details=[{"type_url": "google.rpc.RetryInfo", "value": b"\x0a\x09\x08" + b"\xff" * 7 + b"\x7f"}])

    assert of_item(status, "call").retry_after > 1e15


@pytest.mark.parametrize("timeout", [0, -1, 1e-9])
def test_timeout_is_over_at_once_says_so(connect, serve, timeout):
    called = []
    client = connect(serve(classify=lambda request, context: called.append(request), explain_stream=lambda requests, context: called.append(requests)))

    for _ in range(5):
        with pytest.raises(gradcam.DeadlineExceeded, match="before the call was made"):
            client.classify(PHOTO, timeout=timeout)
        with pytest.raises(gradcam.DeadlineExceeded, match="before the call was made"):
            list(client.explain_many([PHOTO], timeout=timeout))

    assert called == []


@pytest.mark.parametrize("timestamp", [float("nan"), float("inf"), 1e12, "soon"])
def test_timestamp_is_none_is_the_sources_error(connect, serve, timestamp):
    with pytest.raises(ValueError, match="timestamp|could not convert"):
        list(connect(serve(video=lambda requests, context: iter(list(requests)[:0]))).video([(timestamp, PHOTO)]))


def stream(requests, context):
    for item in items(requests):
        yield from answer(item)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, ZeroDivisionError])
def test_source_raises_anything_gives_what_came_and_then_raises(connect, serve, error):
    def photos():
        yield PHOTO
        raise error("the source")

    came = []
    with pytest.raises(error):
        for result in connect(serve(explain_stream=stream)).explain_many(photos(), timeout=SHORT):
            came.append(result.index)

    assert came == [0]


def test_source_is_no_iterable_says_so(connect, serve):
    with pytest.raises(TypeError, match="not iterable"):
        list(connect(serve()).explain_many(7))


def on_a_loop(task):
    return asyncio.run(asyncio.wait_for(task, 10 * SHORT))


def test_async_source_waits_for_what_is_cancelled_is_cancelled(serve):
    async def photos():
        yield PHOTO
        never = asyncio.get_running_loop().create_future()
        never.cancel()
        await never

    async def read():
        came = []
        async with gradcam.AsyncClient(serve(explain_stream=stream)) as client:
            with pytest.raises(asyncio.CancelledError):
                async for result in client.explain_many(photos(), timeout=SHORT):
                    came.append(result.index)
        return came

    assert on_a_loop(read()) == [0]


def test_async_sources_block_by_the_dozen_others_are_read_all_the_same(serve):
    """All wait for the answer to the last one; there are more than asyncio has threads."""
    count, answered = 60, threading.Event()

    def photos(index):
        if index < count - 1:
            answered.wait()
        yield PHOTO

    async def read(client, index):
        errors = [result.error async for result in client.explain_many(photos(index), timeout=4 * SHORT)]
        answered.set()
        return errors

    async def all_of_them():
        async with gradcam.AsyncClient(serve(threads=count, explain_stream=stream)) as client:
            try:
                return await asyncio.gather(*(read(client, index) for index in range(count)))
            finally:
                answered.set()

    assert on_a_loop(all_of_them()) == [[None]] * count


def test_async_source_blocks_for_good_the_program_ends(serve):
    program = """
import asyncio, contextlib, sys, threading
import gradcam

def photos():
    yield b"a photo"
    threading.Event().wait()

async def main():
    async with gradcam.AsyncClient(sys.argv[1]) as client:
        async with contextlib.aclosing(client.explain_many(photos())) as results:
            async for result in results:
                print(result.index)
                break

asyncio.run(main())
"""
    source = str(Path(gradcam.__file__).parents[1])

    told = subprocess.run(
        [sys.executable, "-c", program, serve(explain_stream=stream)], capture_output=True, text=True, timeout=4 * SHORT, env={"PYTHONPATH": source}
    )

    assert (told.stdout, told.stderr, told.returncode) == ("0\n", "", 0)


def test_async_task_is_cancelled_in_a_stream_ends_the_call(serve):
    ended, begun = threading.Event(), threading.Event()

    def hanging(requests, context):
        context.add_callback(ended.set)
        yield from parts(next(items(requests)))
        begun.set()
        ended.wait()

    async def read():
        async with gradcam.AsyncClient(serve(explain_stream=hanging)) as client:
            async def consume():
                async for _ in client.explain_many([PHOTO] * 9):
                    pass

            task = asyncio.create_task(consume())
            await asyncio.to_thread(begun.wait, SHORT)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(ended.wait, SHORT)
            await asyncio.sleep(0)
            return [other.get_coro().__qualname__ for other in asyncio.all_tasks() if "gradcam" in str(other.get_coro())]

    assert on_a_loop(read()) == []


def test_client_shared_by_threads_each_has_its_own_answers(serve):
    def classify(request, context):
        return classification.ClassifyResponse(prediction={"classes": [{"label": request.image.encoded.decode()}]})

    def named(requests, context):
        for item in items(requests):
            yield Response(id=item.id, part={"prediction": {"classes": [{"label": item.request.image.encoded.decode()}]}, "map_count": 1})
            yield Response(id=item.id, part={"map": a_map()})
            yield Response(id=item.id, end={})

    found = {}
    with gradcam.Client(serve(classify=classify, explain_stream=named)) as client:

        def work(name):
            photos = [f"{name}-{i}".encode() for i in range(20)]
            streamed = [result.explanation.prediction.best.label for result in client.explain_many(photos)]
            found[name] = [client.classify(photo).best.label for photo in photos] == streamed == [photo.decode() for photo in photos]

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10 * SHORT)

    assert found == {i: True for i in range(4)}


@pytest.mark.parametrize("end", ["last", "closed", "failed"])
def test_stream_ends_its_threads_do(serve, end):
    def refusing(requests, context):
        yield from answer(next(items(requests)))
        if end == "failed":
            refuse(context, grpc.StatusCode.INTERNAL, "no")
        yield from stream(requests, context)

    with gradcam.Client(serve(explain_stream=refusing)) as client:
        before = threading.active_count()
        with contextlib.suppress(gradcam.GradCamError), contextlib.closing(client.explain_many([PHOTO] * 50, in_flight=2)) as results_:
            for _ in results_:
                if end == "closed":
                    break
        deadline = time.monotonic() + SHORT
        while threading.active_count() > before + 1 and time.monotonic() < deadline:
            time.sleep(0.01)

        assert threading.active_count() <= before + 1


def test_picture_premultiplied_is_laid_over_white_as_the_others():
    straight = Image.new("RGBA", (1, 1), (200, 0, 0, 0))

    assert photo.read(straight.convert("RGBa")).raw.rgb == photo.read(straight).raw.rgb == b"\xff\xff\xff"
    assert photo.read(Image.new("LA", (1, 1), (0, 0)).convert("La")).raw.rgb == b"\xff\xff\xff"


def test_picture_has_no_pixel_says_so():
    with pytest.raises(ValueError, match="0 x 7"):
        photo.read(Image.new("RGB", (0, 7)))

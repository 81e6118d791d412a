"""Streams against servers that cut, refuse and lie."""

import gc
import itertools
import threading
import weakref

import grpc
import pytest
from conftest import PHOTO, a_map, refuse, rich

import gradcam
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import video_service_pb2 as video_service

Response = classification.ClassificationServiceExplainStreamResponse


def items(requests):
    """The photos of a stream."""
    return (request.item for request in requests if request.HasField("item"))


def parts(item, maps=1):
    yield Response(id=item.id, part={"prediction": {"model": "fake", "classes": [{"label": "cat"}]}, "map_count": 1})
    for _ in range(maps):
        yield Response(id=item.id, part={"map": a_map()})


def answer(item, code=grpc.StatusCode.OK, maps=1, **status):
    yield from parts(item, maps)
    end = classification.ItemStatus()
    if code is not grpc.StatusCode.OK:
        end.ParseFromString(rich(code, **status).SerializeToString())
    yield Response(id=item.id, end=end)


def test_cut_for_good_keeps_what_came_and_names_the_rest(connect, serve):
    def stream(requests, context):
        read = items(requests)
        first, second, third = next(read), next(read), next(read)
        yield from answer(second)
        yield from answer(first)
        yield from parts(third)
        refuse(context, grpc.StatusCode.INTERNAL, "the cable was cut")

    client, results = connect(serve(explain_stream=stream)), []

    with pytest.raises(gradcam.GradCamError, match=r"\(2 of 6 arrived; missing: 2, 3, 4, 5\)") as caught:
        for result in client.explain_many([PHOTO] * 6, in_flight=3):
            results.append(result)

    assert caught.value.missing == (2, 3, 4, 5) and caught.value.arrived == 2 and caught.value.expected == 6
    assert [(r.index, r.error is None) for r in results[:3]] == [(0, True), (1, True), (2, False)]
    assert str(results[2].error) == "ClassificationService.ExplainStream: the cable was cut" and results[2].error.arrived is None
    assert len(results[2].explanation.maps) == 1 and results[2].photo == PHOTO


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED], ids=lambda code: code.name)
@pytest.mark.parametrize("ordered", [True, False])
def test_connection_is_lost_sends_the_rest_again(connect, serve, ordered, code):
    sent, rounds = [], []

    def stream(requests, context):
        rounds.append(1)
        read = items(requests)
        if len(rounds) > 4:
            for item in read:
                yield from answer(item)
            return
        first, second = next(read), next(read)
        sent.extend([first.id, second.id])
        yield from answer(first)
        yield from parts(second, maps=0)
        refuse(context, code, "draining")

    client = connect(serve(explain_stream=stream), {"attempts": 2})

    results = list(client.explain_many(iter([PHOTO] * 9), in_flight=3, ordered=ordered))

    # Two attempts are few, but each round brings an answer.
    assert sorted(r.index for r in results) == list(range(9)) and len(rounds) == 5 and sent.count("1") == 2
    assert all(r.error is None and len(r.explanation.maps) == 1 for r in results)
    assert not ordered or [r.index for r in results] == list(range(9))


def test_no_answer_ever_ends_after_the_attempts(connect, serve):
    rounds = []

    def stream(requests, context):
        rounds.append(1)
        refuse(context, grpc.StatusCode.UNAVAILABLE, "starting")
        yield

    client = connect(serve(explain_stream=stream), {"attempts": 3})
    with pytest.raises(gradcam.Unavailable, match="starting") as caught:
        list(client.explain_many([PHOTO] * 2))

    assert len(rounds) == 3 and len(client.slept) == 2 and caught.value.missing == (0, 1)


def test_photo_is_refused_for_want_of_room_is_sent_again(connect, serve):
    refused = []

    def stream(requests, context):
        for item in items(requests):
            if item.id == "1" and not refused:
                refused.append(1)
                yield from answer(item, grpc.StatusCode.RESOURCE_EXHAUSTED, maps=0, retry_after=0.04)
            else:
                yield from answer(item)

    client = connect(serve(explain_stream=stream))

    results = list(client.explain_many([PHOTO] * 5, in_flight=2))

    assert [r.index for r in results] == [0, 1, 2, 3, 4] and all(r.error is None for r in results)
    assert client.slept == pytest.approx([0.045])


def test_photo_stays_refused_ends_with_its_error(connect, serve):
    def stream(requests, context):
        for item in items(requests):
            if item.id == "0":
                yield from answer(item, grpc.StatusCode.UNAVAILABLE, maps=0)
            else:
                yield from answer(item)

    results = list(connect(serve(explain_stream=stream)).explain_many([PHOTO] * 4))

    assert [type(r.error) for r in results] == [gradcam.Unavailable, type(None), type(None), type(None)]


def test_server_ends_too_early_is_no_success(connect, serve):
    def stream(requests, context):
        yield from answer(next(items(requests)))

    with pytest.raises(gradcam.BrokenAnswer) as caught:
        list(connect(serve(explain_stream=stream)).explain_many([PHOTO] * 3, in_flight=2))

    assert set(caught.value.missing) == {1, 2}


def test_photo_ends_without_its_map_is_no_success(connect, serve):
    def stream(requests, context):
        for item in items(requests):
            yield from answer(item, maps=0 if item.id == "1" else 1)

    results = list(connect(serve(explain_stream=stream)).explain_many([PHOTO] * 3))

    assert [type(r.error) for r in results] == [type(None), gradcam.BrokenAnswer, type(None)]
    assert results[1].explanation.prediction.model == "fake" and results[1].explanation.maps == ()


def test_results_that_were_handed_over_are_let_go(connect, serve):
    def stream(requests, context):
        for item in items(requests):
            yield from answer(item)

    kept, alive = [], []
    for result in connect(serve(explain_stream=stream)).explain_many([PHOTO] * 20, in_flight=2):
        kept.append(weakref.ref(result.explanation.map))
        del result
        gc.collect()
        alive.append(sum(shown() is not None for shown in kept))
    # The generator may still hold what it gave last.
    assert len(alive) == 20 and max(alive) <= 2


def test_answer_to_nobody_is_an_error(connect, serve):
    def stream(requests, context):
        next(items(requests))
        yield Response(id="strange", part={"map_count": 1})

    with pytest.raises(gradcam.BrokenAnswer, match="strange"):
        list(connect(serve(explain_stream=stream)).explain_many([PHOTO]))


# The server answers nothing until it has as many photos as may be in flight; were there more, they would come before any answer does.
@pytest.mark.parametrize("ordered", [True, False])
def test_in_flight_bounds_what_is_taken(connect, serve, ordered):
    bound, total = 4, 12
    taken, handed, most, settings = [], [], [], []

    def photos():
        for index in range(total):
            taken.append(index)
            most.append(len(taken) - len(handed))
            yield PHOTO

    def stream(requests, context):
        settings.append(next(requests).settings)
        read = items(requests)
        while batch := list(itertools.islice(read, bound)):
            for item in reversed(batch):
                yield from answer(item)

    for result in connect(serve(explain_stream=stream)).explain_many(photos(), in_flight=bound, ordered=ordered):
        assert result.error is None
        handed.append(result)

    assert len(handed) == total and max(most) == bound and settings[0].max_in_flight == bound


def test_in_flight_is_out_of_range_says_what_would_be_right(connect, serve):
    for wrong in (0, 65):
        with pytest.raises(ValueError, match="1 to 64"):
            connect(serve()).explain_many([PHOTO], in_flight=wrong)


def test_results_are_closed_ends_the_stream_and_leaves_the_source(connect, serve):
    taken, ended = [], threading.Event()

    def photos():
        while True:
            taken.append(1)
            yield PHOTO

    def stream(requests, context):
        context.add_callback(ended.set)
        for item in items(requests):
            yield from answer(item)

    results = connect(serve(explain_stream=stream)).explain_many(photos(), in_flight=2)
    assert next(results).index == 0
    results.close()

    assert ended.wait(30) and len(taken) <= 4
    with pytest.raises(StopIteration):
        next(results)


def test_source_waits_answers_come_all_the_same(connect, serve):
    """A live source: the second photo comes only once the first one's answer has."""
    answered = threading.Event()

    def photos():
        yield PHOTO
        assert answered.wait(30)
        yield PHOTO

    def stream(requests, context):
        for item in items(requests):
            yield from answer(item)

    indices = []
    for result in connect(serve(explain_stream=stream)).explain_many(photos()):
        indices.append(result.index)
        answered.set()

    assert indices == [0, 1]


def test_source_waits_while_the_connection_is_lost_keeps_its_photo(connect, serve):
    """The first round ends while the source is asked for the second photo; the second round sends both."""
    again, rounds, sent = threading.Event(), [], []

    def photos():
        yield PHOTO
        assert again.wait(30)
        yield PHOTO

    def stream(requests, context):
        rounds.append(1)
        for item in items(requests):
            if len(rounds) == 1:
                refuse(context, grpc.StatusCode.UNAVAILABLE, "draining")
            sent.append(item.id)
            again.set()
            yield from answer(item)

    results = list(connect(serve(explain_stream=stream)).explain_many(photos()))

    assert [r.error for r in results] == [None, None] and sent == ["0", "1"] and len(rounds) == 2


def test_video_cut_in_the_middle_keeps_what_came_and_names_the_rest(connect, serve):
    def video(requests, context):
        requests = iter(requests)
        for _ in range(4):
            next(requests)
        explained = {"prediction": {"model": "fake", "classes": [{"label": "cat"}]}, "maps": [a_map()]}
        yield video_service.VideoServiceExplainResponse(frame={"frame_index": 1, "explained": explained})
        refuse(context, grpc.StatusCode.UNAVAILABLE, "the cable was cut")

    came = []
    with pytest.raises(gradcam.Unavailable, match=r"the cable was cut \(1 of 3 arrived; missing: 0, 2\)") as caught:
        for frame in connect(serve(video=video)).video([(float(i), PHOTO) for i in range(3)]):
            came.append(frame)

    assert [f.index for f in came] == [1] and caught.value.missing == (0, 2) and len(came[0].explanation.maps) == 1


def test_video_map_is_nonsense_its_frame_is_missing(connect, serve):
    def video(requests, context):
        requests = iter(requests)
        for _ in range(3):
            next(requests)
        broken = {"outputs": [{"raw": {"size": {"width": 1, "height": 1}, "channel_count": 1, "data": b"", "grid": 1, "values": 1}}]}
        explained = {"prediction": {"model": "fake", "classes": [{"label": "cat"}]}, "maps": [broken]}
        yield video_service.VideoServiceExplainResponse(frame={"frame_index": 1, "explained": explained})

    with pytest.raises(gradcam.BrokenAnswer) as caught:
        list(connect(serve(video=video)).video([(float(i), PHOTO) for i in range(2)]))

    assert caught.value.missing == (0, 1) and caught.value.arrived == 0

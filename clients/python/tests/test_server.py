"""Both clients against the real server."""

import io
import json
import math
import struct

import grpc
import numpy as np
import pytest
from conftest import CAT, EGYPTIAN_CAT, ROOT, TIGER_CAT
from PIL import Image

import gradcam
from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import explanation_pb2 as pb
from gradcam.v1 import evidence_service_pb2, evidence_service_pb2_grpc

GOLDEN = json.loads((ROOT / "clients/go/gradcam/testdata/chelsea.cams.json").read_text())


@pytest.fixture
def client(connect, server):
    return connect(server)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["name"])
def test_explain_golden_cases_are_the_references(client, golden):
    target = gradcam.Class(
        golden["cls"],
        score="log_probability" if golden["kind"] == "log_probability" else None,
        rather_than=golden["other"] if golden["kind"] == "contrast" else None,
    )

    found = client.explain(CAT, target, method=golden["method"], layer=golden["layer"], values="signed", overlay=False).map

    # Networks of more than 40 layers: 5e-4 of the largest magnitude.
    want = np.reshape(golden["values"], golden["size"])
    np.testing.assert_allclose(found.values, want, rtol=0, atol=5e-4 * np.abs(want).max())
    assert found.layers == (golden["layer"],) and not found.all_zero


def test_classify_every_class_probabilities_are_the_softmax(client):
    found = client.classify(CAT, top_k=1000)

    logits = np.array([c.logit for c in found.classes])
    np.testing.assert_allclose([c.probability for c in found.classes], np.exp(logits) / np.exp(logits).sum(), atol=1e-6)
    assert found.best.index == TIGER_CAT and found.best.label == "tiger cat" and found.size == (451, 300)
    assert sorted(c.index for c in found.classes) == list(range(1000)) and (np.diff(logits) <= 0).all()
    # The middle square, but for what resizing to 256 and cropping 224 leaves out.
    side = 300 * 224 / 256
    np.testing.assert_allclose(found.crop, ((451 - side) / 2, (300 - side) / 2, side, side), atol=1)


def test_explain_path_bytes_array_and_picture_are_the_same_photo(client):
    picture = Image.open(CAT).convert("RGB")
    pixels = np.asarray(picture)
    photos = [str(CAT), CAT, CAT.read_bytes(), picture, pixels, pixels.astype(np.float32) / 255]

    maps = [client.explain(photo, "tiger cat", overlay=False).map.values for photo in photos]

    for values in maps[1:]:
        np.testing.assert_allclose(values, maps[0], atol=1e-5 * np.abs(maps[0]).max())


def test_explain_transparent_picture_is_laid_over_white_as_the_server_does_it(client):
    picture = Image.open(CAT).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    file = io.BytesIO()
    picture.save(file, "PNG")

    here, there = client.classify(picture).classes, client.classify(file.getvalue()).classes

    np.testing.assert_allclose([c.logit for c in here], [c.logit for c in there], atol=0.02)


def test_map_on_photo_is_what_the_server_interpolates(client):
    ours, theirs = client.explain(CAT, "tiger cat", overlay=False).map, client.explain(CAT, "tiger cat", grid="image", overlay=False).map

    assert theirs.values.shape == (300, 451)
    np.testing.assert_allclose(ours.on_photo(), theirs.values, atol=1e-4 * theirs.values.max())
    np.testing.assert_array_equal(theirs.on_photo(), theirs.values)


def test_overlay_is_the_map_over_the_photo(client):
    why = client.explain(CAT, "tiger cat", overlay=pb.OverlayOutput(color_map=pb.COLOR_MAP_GREY, opacity=0.75))

    photo = np.asarray(Image.open(CAT).convert("RGB")).astype(float)
    heat = why.map.on_photo()
    x, y, width, height = why.map.crop
    rows, columns = np.mgrid[:300, :451] + 0.5
    inside = (columns > x) & (columns < x + width) & (rows > y) & (rows < y + height)
    scaled = (heat - heat[inside].min()) / (heat[inside].max() - heat[inside].min())
    want = np.where(inside[..., None], 0.25 * photo + 0.75 * 255 * scaled[..., None], photo)
    got = np.asarray(why.overlay().convert("RGB")).astype(float)
    assert got.shape == photo.shape and np.abs(got - want).max() <= 2
    assert np.abs(got - photo).max() > 50


def test_map_peak_is_what_the_server_says(client):
    found = client.explain(CAT, "tiger cat", outputs=[pb.MapOutput(peak=pb.PeakOutput())]).map

    peak = found.outputs[0].peak
    assert found.peak() == pytest.approx((peak.point.x, peak.point.y)) and found.values.max() == pytest.approx(peak.value)


def test_map_is_read_only(client):
    why = client.explain(CAT, "tiger cat")

    with pytest.raises(ValueError):
        why.map.values[0, 0] = 1
    with pytest.raises(AttributeError):
        why.map.score = 1


def test_explain_several_targets_methods_and_layers_has_a_map_of_each(client):
    weights = {"tiger cat": 1, EGYPTIAN_CAT: -0.5}
    targets = ["tiger cat", np.int64(EGYPTIAN_CAT), gradcam.Sum(weights), gradcam.Best(2, score="probability")]

    why = client.explain(CAT, *targets, method=["GradCAM", "hirescam"], layer=["bn2", "blocks.4.2"], top_k=2)

    places = [(m.target, m.subject, m.method, m.layers) for m in why.maps]
    assert len(places) == len(set(places)) == 5 * 2 * 2 and len(why.prediction.classes) == 2
    scores = {m.subject: m.score for m in why.maps if m.target < 3}
    assert scores["1 * tiger cat + -0.5 * Egyptian cat"] == pytest.approx(scores["tiger cat"] - 0.5 * scores["Egyptian cat"], abs=1e-4)
    # Grad-CAM of a sum is the sum of Grad-CAMs, before the ReLU.
    signed = client.explain(CAT, *targets[:3], layer="bn2", values="signed", overlay=False).maps
    np.testing.assert_allclose(signed[2].values, signed[0].values - 0.5 * signed[1].values, atol=1e-4 * np.abs(signed[0].values).max())


def test_explain_fused_layers_are_one_map(client):
    why = client.explain(CAT, layer=["bn2", "blocks.4.2"], fuse="mean", smooth="augmentation")

    assert [m.layers for m in why.maps] == [("bn2", "blocks.4.2")] and why.map.values.max() <= 1
    assert why.map.message.provenance.method.HasField("augmentation_smoothing")


def test_explain_notebook_shows_the_overlay(client):
    why = client.explain(CAT, "tiger cat", overlay=pb.OverlayOutput(encoding={"format": "IMAGE_FORMAT_JPEG"}))

    shown = Image.open(io.BytesIO(why._repr_png_()))
    assert shown.format == "PNG" and shown.size == (451, 300)
    np.testing.assert_array_equal(np.asarray(shown), np.asarray(why.overlay()))
    assert "data:image/png;base64," in why._repr_html_() and "<b>tiger cat</b>" in why._repr_html_()
    without = client.explain(CAT, overlay=False)
    assert without._repr_png_() is None and "<img" not in without._repr_html_()
    with pytest.raises(ValueError, match="overlay=True"):
        without.overlay()


def test_explain_wrong_fields_are_all_named(client):
    with pytest.raises(gradcam.InvalidArgument) as caught:
        client.explain(CAT, "tiger cat", 2000, layer="no.such", top_k=0)

    fields = {violation.field for violation in caught.value.violations}
    assert fields == {"prediction_top_k", "targets[1].class_index", "layers[0]"}
    assert caught.value.reason == "INVALID_REQUEST" and "2000" in str(caught.value) and caught.value.call == "ClassificationService.Explain"


def test_explain_unknown_label_is_not_found_and_near_ones_are_named(client):
    with pytest.raises(gradcam.NotFound, match="tabby"):
        client.explain(CAT, "tabbby")


def test_explain_photo_is_damaged_or_missing_says_so(client):
    with pytest.raises(gradcam.InvalidArgument) as caught:
        client.classify(b"this is no photo")
    assert [violation.field for violation in caught.value.violations] == ["image.encoded"]
    with pytest.raises(FileNotFoundError, match="no-such.jpg"):
        client.classify("no-such.jpg")


def test_explain_deadline_passes_says_so(client):
    with pytest.raises((gradcam.DeadlineExceeded, gradcam.ResourceExhausted)):
        client.explain(CAT, method="scorecam", timeout=0.02)


@pytest.mark.parametrize("ordered", [True, False])
def test_explain_many_is_what_explain_says_and_bad_photos_are_values(client, ordered):
    astronaut = ROOT / "tests/photos/astronaut.png"
    photos = [CAT, "no-such.jpg", astronaut, b"no photo", CAT.read_bytes(), np.zeros((3, 3, 7), np.uint8)] * 4
    alone = {path: client.explain(path, "tiger cat", overlay=False).map.values for path in (CAT, astronaut)}

    results = list(client.explain_many(iter(photos), "tiger cat", in_flight=5, ordered=ordered))

    indices = [result.index for result in results]
    assert indices == list(range(24)) if ordered else sorted(indices) == list(range(24))
    for result in results:
        want = {0: CAT, 2: astronaut, 4: CAT}.get(result.index % 6)
        if want is not None:
            np.testing.assert_allclose(result.explanation.map.values, alone[want], atol=2e-3 * alone[want].max())
            assert result.error is None
        else:
            kind = {1: FileNotFoundError, 3: gradcam.InvalidArgument, 5: ValueError}[result.index % 6]
            assert isinstance(result.error, kind) and result.explanation is None


def test_explain_many_wrong_request_is_every_photos_error(client):
    results = list(client.explain_many([CAT, CAT], "no such class"))

    assert [type(result.error) for result in results] == [gradcam.NotFound, gradcam.NotFound]


def test_explain_many_source_raises_gives_what_came_and_then_raises(client):
    def photos():
        yield CAT
        yield CAT
        raise RuntimeError("the disk is gone")

    results = []
    with pytest.raises(RuntimeError, match="the disk is gone"):
        for result in client.explain_many(photos()):
            results.append(result)

    assert [result.error for result in results] == [None, None]


def test_caption_log_probabilities_add_up_and_beams_are_sorted(client):
    found = client.caption(CAT, beams=4)

    assert len(found.captions) == 4 and str(found) == found.best.text == " ".join(word.text for word in found.best.words)
    for caption, message in zip(found.captions, found.message.captions):
        total = sum(word.log_probability for word in caption.words) + message.end_log_probability
        assert caption.log_probability == pytest.approx(total, abs=1e-4) and caption.log_probability < 0


def test_explain_caption_every_word_has_its_map(client):
    said = client.explain_caption(CAT, text="a cat looks at the camera", attention=True)

    assert [word.text for word, _ in said.words] == ["a", "cat", "looks", "at", "the", "camera"]
    for position, (word, maps) in enumerate(said.words):
        assert [m.target for m in maps] == [position] and maps[0].score == pytest.approx(word.log_probability, abs=1e-4)
        assert maps[0].overlay().size == (451, 300)
        assert sum(grid.values.sum() for grid in said.attention[position]) == pytest.approx(1, abs=1e-4)
    assert "a cat looks at the camera" in said._repr_html_()


def test_explain_caption_targets_are_words_sums_and_alternatives(client):
    whole = [gradcam.WholeCaption(), gradcam.Words(1, 2), 1, 2, gradcam.Word(1, "dog"), gradcam.Word(1, rather_than="dog")]

    said = client.explain_caption(CAT, *whole, text="a cat looks at the camera", overlay=False)

    scores = [m.score for m in said.maps]
    assert scores[0] == pytest.approx(said.caption.log_probability, abs=1e-3)
    assert scores[1] == pytest.approx(scores[2] + scores[3], abs=1e-3)
    assert scores[5] == pytest.approx(scores[2] - scores[4], abs=1e-3)
    assert [m.subject for m in said.maps][1:5] == ["cat looks", "cat", "looks", "dog"]


def test_explain_caption_target_that_it_has_not_is_skipped(client):
    decoding = captioning.CaptionDecoding(beam_search=captioning.BeamSearch(beam_count=3))
    words = len(client.caption(CAT).best.words)

    said = client.explain_caption(CAT, 0, words, decoding=decoding, overlay=False)

    assert [m.target for m in said.maps] == [0] and list(said.skipped) == [1] and str(words) in said.skipped[1]


def test_ask_probabilities_are_in_order_and_unknown_words_are_told(client):
    animal, nonsense = client.ask_all(CAT, ["What animal is it?", "what xylofrobnicator is it"], top_k=3)

    assert animal.question == "what animal is it" and animal.unknown_words == () and nonsense.unknown_words == ("xylofrobnicator",)
    shares = [answer.probability for answer in animal.answers]
    assert len(shares) == 3 and shares == sorted(shares, reverse=True) and sum(shares) <= 1
    ratio = math.exp(animal.answers[0].logit - animal.answers[1].logit)
    assert shares[0] / shares[1] == pytest.approx(ratio, rel=1e-4)
    assert client.ask(CAT, "what animal is it").best.text == animal.best.text


def test_explain_answer_says_where_and_what_each_word_changes(client):
    why = client.explain_answer(
        CAT, "what animal is it", "cat", gradcam.Answer("cat", rather_than="dog"), gradcam.Best(1), leave_words_out=True, attention=True
    )

    whole = [m for m in why.maps if not m.message.provenance.score.answer.HasField("left_out")]
    assert [m.subject for m in whole] == ["cat", "cat", why.answers.best.text]
    assert whole[2].score == pytest.approx(math.log(why.answers.best.probability), abs=1e-4)
    assert [word.word.text for word in why.left_out_words[0].words] == ["what", "animal", "is", "it"]
    # Without "animal", the second word.
    without = client.ask(CAT, "what is it", top_k=len(client.model().answering.answers))
    want = {answer.text: math.log(answer.probability) for answer in without.answers}
    for left_out in why.left_out_words:
        assert left_out.words[1].log_probability == pytest.approx(want[left_out.text], abs=1e-3)
    assert sum(grid.values.sum() for grid in why.attention) == pytest.approx(1, abs=1e-4) and why.overlay().size == (451, 300)


def test_explain_answer_unknown_answer_is_not_found(client):
    with pytest.raises(gradcam.NotFound) as caught:
        client.explain_answer(CAT, "what animal is it", "xylofrobnicator")

    assert [violation.field for violation in caught.value.violations] == ["questions[0].targets[0].answer"]


def test_video_every_frame_is_answered_and_bad_ones_are_values(client):
    pixels = np.asarray(Image.open(CAT).convert("RGB"))
    frames = [gradcam.Frame(0, pixels), gradcam.Frame(0.04, "no-such.png"), (0.08, pixels), (0.08, pixels), (0.12, pixels[:, ::-1])]
    alone = client.explain(pixels, "tiger cat", overlay=False)

    results = sorted(client.video(iter(frames), "tiger cat"), key=lambda result: result.index)

    assert [result.index for result in results] == [0, 1, 2, 3, 4] and [result.timestamp for result in results][1] == 0.04
    assert isinstance(results[1].error, FileNotFoundError)
    assert isinstance(results[3].error, gradcam.InvalidArgument) and "timestamp" in str(results[3].error)
    for index in (0, 2):
        np.testing.assert_allclose(results[index].explanation.map.values, alone.map.values, atol=2e-3 * alone.map.values.max())
    assert results[0].message.difference == 1 and results[2].message.difference == 0 and results[4].message.difference > 0


def test_video_every_nth_skips_the_others(client):
    pixels = np.asarray(Image.open(CAT).convert("RGB"))

    results = {r.index: r.unanswered for r in client.video([(i / 30, pixels) for i in range(5)], policy="every_nth", frame_step=2)}

    assert results == {0: "", 1: "skipped", 2: "", 3: "skipped", 4: ""}


def test_video_settings_are_wrong_raises_what_is_wrong(client):
    with pytest.raises(gradcam.InvalidArgument) as caught:
        list(client.video([(0, CAT)], policy="every_nth"))

    assert "frame_step" in str(caught.value) and caught.value.missing == (0,)


def test_models_says_what_can_be_asked(client):
    (brief,), full = client.models(), client.model()

    assert brief.name == full.name == "embedded" and set(full.tasks) == {"classification", "captioning", "vqa"}
    assert len(full.labels) == full.class_count == 1000 and full.labels[TIGER_CAT] == "tiger cat"
    sizes = {layer.name: (layer.channels, *layer.size) for layer in full.layers}
    assert full.default_layer == "bn2" and sizes["bn2"] == (1280, 7, 7)
    for head in (full.captioning, full.answering):
        assert "blocks.4.2" in [layer.name for layer in head.layers] and "cat" in head.words and head.max_words > 5
    assert "cat" in full.answering.answers and full.captioning.answers == () and brief.captioning is None
    assert len(repr(full)) < 1000
    with pytest.raises(gradcam.NotFound, match="embedded"):
        client.model("embeded")


def test_results_read_short_where_they_are_printed(client):
    results = [
        client.explain(CAT, outputs=[pb.MapOutput(peak=pb.PeakOutput())]), client.explain_caption(CAT, 0, attention=True), client.ask(CAT, "what is it"),
        client.explain_answer(CAT, "what is it", leave_words_out=True, attention=True), *client.explain_many([CAT], overlay=True),
        *client.video([(0, CAT)], overlay=True),
    ]

    for result in results:
        assert 100 < len(repr(result)) < 6000


def test_stub_other_services_are_reached(server):
    with gradcam.Client(server) as client:
        evidence = client.stub(evidence_service_pb2_grpc.EvidenceServiceStub)
        with pytest.raises(grpc.RpcError) as caught:
            list(evidence.Evaluate(evidence_service_pb2.EvaluateRequest(), metadata=client.metadata()))

    error = gradcam.GradCamError.of(caught.value, "EvidenceService.Evaluate")
    assert isinstance(error, gradcam.InvalidArgument) and "image" in [violation.field for violation in error.violations]


def test_compression_changes_nothing(connect, server):
    pixels = np.asarray(Image.open(CAT).convert("RGB"))

    packed, plain = connect(server, compression=True).classify(pixels), connect(server).classify(pixels)

    assert [c.index for c in packed.classes] == [c.index for c in plain.classes]


def test_priority_that_there_is_not_is_refused_by_the_server(connect, server):
    with pytest.raises(gradcam.InvalidArgument) as caught:
        connect(server, metadata={"x-priority": "urgent"}).classify(CAT)

    assert [violation.field for violation in caught.value.violations] == ["x-priority"]
    assert connect(server).classify(CAT, priority="low").best.index == TIGER_CAT


def test_call_evaluates_maps(client):
    request = evidence_service_pb2.EvaluateRequest(
        image={"encoded": CAT.read_bytes()}, curves={"step_count": 2}, occlusion={"patch_size": 56, "stride": 56}, include_baselines=True
    )

    answers = client.call(evidence_service_pb2_grpc.EvidenceServiceStub, "Evaluate", request)

    assert [answer.WhichOneof("event") for answer in answers] == ["prediction", "evidence", "evidence", "evidence"]


def test_raw_numbers_are_little_endian_floats_of_the_message(client):
    found = client.explain(CAT, "tiger cat").map

    data = found.message.outputs[0].raw.data
    assert found.values.ravel().tolist() == list(struct.unpack(f"<{len(data) // 4}f", data)) and found.values.max() > 0

"""What can be told without a server: methods, photos, targets, requests."""

import inspect
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import grpc
import numpy as np
import pytest
from conftest import Awaited
from PIL import Image

import gradcam
from gradcam import calls, methods, photo, results
from gradcam.targets import of_answer, of_caption, of_class
from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import explanation_pb2 as pb
from gradcam.v1 import video_service_pb2 as video_service
from gradcam.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from gradcam.v1.video_service_pb2_grpc import VideoServiceStub


@pytest.mark.parametrize(
    "names, field",
    [
        (["gradcam", "GradCAM", "Grad-CAM", "grad_cam"], "grad_cam"),
        (["gradcam++", "GradCAMPlusPlus", "Grad-CAM++"], "grad_cam_plus_plus"),
        (["HiResCAM", "hirescam"], "hires_cam"),
        (["GradCAMElementWise", "element_wise_grad_cam"], "element_wise_grad_cam"),
        (["XGradCAM"], "xgrad_cam"), (["LayerCAM"], "layer_cam"), (["EigenCAM"], "eigen_cam"), (["EigenGradCAM"], "eigen_grad_cam"),
        (["ScoreCAM"], "score_cam"), (["AblationCAM"], "ablation_cam"), (["cam", "CAM"], "cam"), (["SmoothGrad"], "smooth_grad"),
        (["GuidedBackpropReLUModel", "guided backpropagation"], "guided_backpropagation"), (["Guided Grad-CAM"], "guided_grad_cam"),
        (["IntegratedGradients"], "integrated_gradients"), (["occlusion"], "occlusion"), (["saliency"], "saliency"),
        (["deconvolution"], "deconvolution"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_method_every_spelling_is_found(names, field):
    assert {methods.find(name).WhichOneof("method") for name in names} == {field}
    assert methods.find(methods.name_of(methods.find(names[0]))).WhichOneof("method") == field


def test_methods_are_all_that_the_api_has():
    fields = {field.name for field in pb.ExplanationMethod.DESCRIPTOR.oneofs_by_name["method"].fields}

    assert {methods.find(name).WhichOneof("method") for name in gradcam.METHODS} == fields


@pytest.mark.parametrize("name, near", [("gradcan", "gradcam"), ("LayerCam2", "layercam"), ("scorcam", "scorecam"), ("zzz", "occlusion")])
def test_method_unknown_names_near_ones(name, near):
    with pytest.raises(ValueError, match=near):
        methods.find(name)


def test_photo_array_is_its_pixels():
    pixels = np.random.default_rng(1).integers(0, 256, (9, 11, 3), np.uint8)

    for array in (pixels, np.asfortranarray(pixels), np.repeat(pixels, 2, 0)[::2], pixels / 255.0):
        raw = photo.read(array).raw
        assert (raw.width, raw.height, raw.rgb) == (11, 9, pixels.tobytes())
    grey = photo.read(pixels[..., 0]).raw
    assert grey.rgb == np.repeat(pixels[..., :1], 3, 2).tobytes()


def test_photo_transparency_is_laid_over_white():
    pixels = np.array([[[0, 0, 0, 255], [0, 0, 0, 0], [255, 0, 0, 128]]], np.uint8)

    rgb = np.frombuffer(photo.read(pixels).raw.rgb, np.uint8).reshape(3, 3)

    np.testing.assert_allclose(rgb, [[0, 0, 0], [255, 255, 255], [255, 127, 127]], atol=1)


def test_photo_picture_is_turned_as_its_exif_says():
    picture = Image.new("RGB", (3, 2), "red")
    picture.putpixel((0, 0), (0, 0, 255))
    exif = Image.Exif()
    exif[0x0112] = 6  # The top of the scene is at the right of the file.
    file = io.BytesIO()
    picture.save(file, "PNG", exif=exif)

    raw = photo.read(Image.open(file)).raw

    assert (raw.width, raw.height) == (2, 3)
    assert np.frombuffer(raw.rgb, np.uint8).reshape(3, 2, 3)[0, 1].tolist() == [0, 0, 255]


def test_photo_large_array_is_a_file_without_loss():
    pixels = np.zeros((2100, 2100, 3), np.uint8)
    pixels[17, 23] = 1, 2, 3

    sent = photo.read(pixels)

    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(sent.encoded))), pixels)


@pytest.mark.parametrize(
    "wrong, kind, says",
    [
        (np.zeros((2, 2, 2), np.uint8), ValueError, "2 x 2 x 2"), (np.zeros((0, 2, 3), np.uint8), ValueError, "0 x 2 x 3"),
        (np.full((2, 2), 2.0), ValueError, "0 to 1"), (np.full((2, 2), np.nan), ValueError, "nan"),
        (np.zeros((2, 2), np.int32), TypeError, "int32"), (7, TypeError, "int"), (None, TypeError, "NoneType"),
        (Image.new("I;16", (2, 2)), TypeError, "8 bits"), (Image.new("I", (2, 2)), TypeError, "8 bits"), (Image.new("F", (2, 2)), TypeError, "8 bits"),
    ],
    ids=str,
)
def test_photo_cannot_be_one_says_what_would_be_right(wrong, kind, says):
    with pytest.raises(kind, match=says):
        photo.read(wrong)


def test_photo_fast_is_asked_for():
    assert photo.read(b"file", fast=True).decoding == 2 and photo.read(b"file").decoding == 0


def test_target_class_is_its_message():
    Target, Reference = classification.ClassTarget, classification.ClassReference
    cases = {
        "tabby": Target(label="tabby"),
        281: Target(class_index=281),
        gradcam.Class("tabby", "probability"): Target(label="tabby", score_kind=pb.SCORE_KIND_PROBABILITY),
        gradcam.Class(1, rather_than="dog"): Target(class_index=1, contrast=Reference(label="dog")),
        gradcam.Best(3, "counterfactual"): Target(top_k=3, score_kind=pb.SCORE_KIND_COUNTERFACTUAL),
    }
    for target, message in cases.items():
        assert of_class(target) == message and of_class(message) is message
    terms = [classification.WeightedClass(class_reference=Reference(class_index=0), weight=-2)]
    assert of_class(gradcam.Sum({0: -2})) == Target(weighted_classes=classification.WeightedClasses(terms=terms))
    assert of_class(0).WhichOneof("target") == "class_index"


def test_target_word_is_its_message():
    Target = captioning.CaptionTarget
    cases = [
        (0, Target(word_position=0)),
        (gradcam.Word(2, rather_than="dog", score="logit"), Target(word_position=2, contrast="dog", score_kind=pb.SCORE_KIND_LOGIT)),
        (gradcam.Word(2, "cat"), Target(alternative_word=captioning.AlternativeWord(position=2, word="cat"))),
        (gradcam.Words(1, 3), Target(span=captioning.WordSpan(first_position=1, word_count=3))),
        (gradcam.WholeCaption(), Target(whole_caption=captioning.WholeCaption())),
    ]
    for target, message in cases:
        assert of_caption(target) == message and of_caption(message) is message


def test_target_answer_is_its_message():
    assert of_answer("red").answer == "red" and of_answer(gradcam.Best(2)).top_k == 2
    assert of_answer(gradcam.Answer("red", rather_than="blue")).contrast == "blue"


@pytest.mark.parametrize(
    "wrong, kind, says",
    [
        (lambda: of_class(1.5), TypeError, "float"), (lambda: of_class(None), TypeError, "NoneType"),
        (lambda: of_class(gradcam.Class("cat", "logits")), ValueError, "log_probability"),
        (lambda: calls.explain("p", smooth="twice"), ValueError, "augmentation"),
        (lambda: calls.explain("p", grid="photo"), ValueError, "native, input, image"),
        (lambda: calls.explain("p", values="raw"), ValueError, "rectified, signed, scaled"),
        (lambda: calls.explain("p", fuse="sum"), ValueError, "mean, maximum"),
        (lambda: calls.video([], policy="all"), ValueError, "latest_wins"),
        (lambda: calls.explain_caption("p", text="a cat", beams=3), ValueError, "text"),
        (lambda: calls.classify("p", priority="urgent"), ValueError, "low, normal or high"),
        (lambda: calls.explain_many("p"), TypeError, "photos are several"), (lambda: calls.explain_many(b"p"), TypeError, "photos are several"),
        (lambda: calls.explain_many(Path("p")), TypeError, "not one PosixPath"),
        (lambda: calls.explain_many(Image.new("L", (1, 1))), TypeError, "photos are several"),
        (lambda: calls.video("p"), TypeError, "frames are several"), (lambda: calls.ask_all("p", "what is it"), TypeError, "questions are several"),
        (lambda: calls.call(EvidenceServiceStub, "Guess", None), ValueError, "EvidenceService.Guess is not there"),
        (lambda: calls.call(VideoServiceStub, "Explain", None), ValueError, "a stream of requests"),
        (lambda: calls.caption("p", beams=3, decoding=captioning.CaptionDecoding()).request(""), ValueError, "beams"),
    ],
)
def test_argument_is_wrong_says_what_would_be_right(wrong, kind, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p").write_bytes(b"photo")
    with pytest.raises(kind, match=says):
        wrong()


def test_request_smoothing_is_of_every_method():
    asked = calls.explain(b"p", method=["gradcam", "layercam"], smooth=["augmentation", "eigen"]).request("cats")

    assert asked.model == "cats" and [m.WhichOneof("method") for m in asked.methods] == ["grad_cam", "layer_cam"]
    assert all(m.HasField("augmentation_smoothing") and m.channel_reduction == 2 for m in asked.methods)


def test_video_settings_keep_what_is_not_given_beside_them():
    settings = video_service.VideoSettings(
        policy=video_service.FRAME_POLICY_LATEST_WINS, smoothing_factor=0.25, motion_threshold=0.5,
        request={"targets": [{"label": "dog"}], "prediction_top_k": 3, "outputs": [{"peak": {}}]},
    )

    kept = calls.video([], settings=settings).begin().first.settings
    over = calls.video(
        [], "cat", policy="every_nth", frame_step=2, new_map_weight=1, overlay=True, top_k=7, settings=settings
    ).begin().first.settings

    assert kept.policy == video_service.FRAME_POLICY_LATEST_WINS and (kept.smoothing_factor, kept.motion_threshold) == (0.25, 0.5)
    assert kept.request.prediction_top_k == 3 and [output.WhichOneof("form") for output in kept.request.outputs] == ["raw", "peak"]
    assert over.policy == video_service.FRAME_POLICY_EVERY_NTH and (over.frame_step, over.smoothing_factor, over.motion_threshold) == (2, 1, 0.5)
    assert [target.label for target in over.request.targets] == ["dog", "cat"] and over.request.prediction_top_k == 7
    assert [output.WhichOneof("form") for output in over.request.outputs] == ["raw", "overlay", "peak"]
    assert len(settings.request.outputs) == 1


def test_map_peak_of_colours_is_the_largest_magnitude():
    values = np.zeros((3, 2, 2), np.float32)
    values[1, 1, 0] = -5
    message = pb.SaliencyMap(outputs=[{"raw": {"grid": pb.MAP_GRID_INPUT}}])
    found = gradcam.Map(
        values, "cat", 1.0, "saliency", (), 0, False, False, results.Rectangle(10, 20, 40, 40), results.Size(60, 70), None, (), message
    )

    assert found.peak() == (10 + 0.5 * 20, 20 + 1.5 * 20) and found.on_photo().shape == (3, 70, 60)


def test_method_signature_is_that_of_the_call():
    for client in (gradcam.Client(), Awaited("127.0.0.1:1").inner):
        signature = inspect.signature(client.explain)
        assert list(signature.parameters)[:3] == ["photo", "targets", "method"] and signature.return_annotation == "Explanation"
        assert "layer" in client.explain.__doc__ and "Generator[PhotoResult, None" in inspect.signature(client.explain_many).return_annotation


def test_methods_all_take_a_priority_and_metadata():
    names = [name for name, member in vars(gradcam.Client).items() if hasattr(member, "__signature__")]

    for client in (gradcam.Client(), Awaited("127.0.0.1:1").inner):
        for name in set(names) - {"wait_until_ready"}:
            assert {"timeout", "priority", "metadata"} <= set(inspect.signature(getattr(client, name)).parameters), name
    assert len(names) == 20


def test_channel_notices_who_is_gone_and_says_who_calls(monkeypatch):
    made = []
    monkeypatch.setattr(grpc, "insecure_channel", lambda target, options, compression: made.append((target, dict(options))))

    gradcam.Client("http://server:1")
    gradcam.Client("dns:///server:1", options={"grpc.lb_policy_name": "round_robin", "grpc.keepalive_time_ms": 5}, max_message_bytes=7)

    (target, options), (other, chosen) = made
    assert (target, other) == ("server:1", "dns:///server:1")
    assert options["grpc.keepalive_time_ms"] == 30_000 and options["grpc.http2.max_pings_without_data"] == 0
    assert options["grpc.primary_user_agent"] == f"gradcam-python/{gradcam.__version__}"
    assert options["grpc.max_receive_message_length"] == 256 << 20 and chosen["grpc.max_receive_message_length"] == 7
    assert chosen["grpc.lb_policy_name"] == "round_robin" and chosen["grpc.keepalive_time_ms"] == 5


@pytest.mark.skipif(not shutil.which("mypy"), reason="Debian's mypy is not there")
def test_types_let_users_do_what_the_documentation_says(tmp_path):
    (tmp_path / "user.py").write_text("""
import asyncio
from contextlib import aclosing, closing
import gradcam

async def several(client: gradcam.AsyncClient) -> gradcam.Prediction:
    task = asyncio.create_task(client.classify("cat.jpg", priority="low"))
    async with aclosing(client.explain_many(["cat.jpg"])) as results:
        async for result in results:
            found: gradcam.PhotoResult = result
    return await task

def first(client: gradcam.Client) -> gradcam.FrameResult:
    with closing(client.video([(0.0, "cat.jpg")])) as results:
        return next(results)

def wrong(client: gradcam.Client) -> int:
    return client.classify("cat.jpg")
""")
    source = str(Path(gradcam.__file__).parents[1])

    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", Path(source).parent / "pyproject.toml", "user.py"], cwd=tmp_path,
        env={**os.environ, "MYPYPATH": source}, capture_output=True, text=True,
    ).stdout

    faults = [line for line in told.splitlines() if ": error:" in line]
    assert len(faults) == 1 and 'got "Prediction", expected "int"' in faults[0], told

"""Evidence, comparisons and several tasks, against the real server."""

import numpy as np
import pytest
from conftest import CAT, EGYPTIAN_CAT, TIGER_CAT

import gradcam
from gradcam import tasks
from gradcam.v1 import evidence_service_pb2 as evidence
from gradcam.v1 import explanation_pb2 as explanation

BOX = (100, 20, 250, 260)


@pytest.fixture
def client(connect, server):
    return connect(server)


def test_evaluate_curves_begin_and_end_with_the_photo(client):
    found = client.evaluate(
        CAT, "tiger cat", EGYPTIAN_CAT, method=["gradcam", "layercam"], boxes=[BOX], baselines=True, curves=evidence.CurveOptions(step_count=4),
        occlusion=explanation.Occlusion(patch_size=56, stride=56), top_k=1000,
    )

    share = {c.index: c.probability for c in found.prediction.classes}
    assert [(m.target, m.method, m.baseline) for m in found.maps] == [
        (target, *kind) for target in (0, 1) for kind in (("gradcam", ""), ("layercam", ""), ("", "random"), ("", "centred_blob"))
    ]
    for judged in found.maps:
        whole = share[(TIGER_CAT, EGYPTIAN_CAT)[judged.target]]
        assert judged.subject == ("tiger cat", "Egyptian cat")[judged.target] and judged.layers == (() if judged.baseline else ("bn2",))
        assert judged.deletion.scores[0] == pytest.approx(whole, abs=1e-4) and judged.insertion.scores[-1] == pytest.approx(whole, abs=1e-4)
        for curve in (judged.insertion, judged.deletion):
            assert len(curve.scores) == 5 and curve.shares[0] == 0 and curve.shares[-1] == 1 and curve.follows == "probability"
            steps = np.diff(curve.shares) * (curve.scores[1:] + curve.scores[:-1]) / 2
            assert curve.area == pytest.approx(steps.sum(), abs=1e-6)
        assert -1 <= judged.occlusion_correlation <= 1 and 0 <= judged.energy_inside <= 1 and judged.sensitivity is None
        x, y = judged.pointing.peak
        left, top, width, height = found.prediction.crop
        assert left < x < left + width and top < y < top + height
    # A bell in the middle of the photo, where the box is.
    assert found.maps[3].pointing.hits


def test_evaluate_measures_chosen_are_those_alone(client):
    (judged,) = client.evaluate(
        CAT, measures=["sensitivity", "energy_inside"], boxes=[BOX], sensitivity=evidence.SensitivityOptions(sample_count=1), seed=3
    ).maps

    assert judged.sensitivity > 0 and judged.energy_inside > 0
    assert (judged.insertion, judged.deletion, judged.occlusion_correlation, judged.pointing) == (None,) * 4


def test_evaluate_arguments_are_wrong_says_what_would_be_right(client):
    with pytest.raises(ValueError, match="insertion, deletion, occlusion_correlation"):
        client.evaluate(CAT, measures=["trust"])
    with pytest.raises(gradcam.InvalidArgument) as caught:
        client.evaluate(CAT, boxes=[(900, 900, 5, 5)], measures=["pointing"])
    assert [violation.field for violation in caught.value.violations] == ["boxes[0]"]


def test_check_sanity_maps_change_until_all_is_random(client):
    found = client.check_sanity(CAT, "tiger cat", method=["gradcam", "saliency"], checkpoints=2, seed=1)

    why = client.explain(CAT, "tiger cat", overlay=False)
    assert found.subject == "tiger cat" and found.score == pytest.approx(why.map.score, abs=1e-4) and found.layer == "bn2"
    assert [point.randomized_modules for point in found.checkpoints][-1] == len(found.modules) and len(found.checkpoints) == 2
    assert [point.module for point in found.checkpoints] == [found.modules[point.randomized_modules - 1] for point in found.checkpoints]
    for point in found.checkpoints:
        assert [each.method for each in point.similarities] == ["gradcam", "saliency"]
        assert all(each.rank_correlation is None or each.rank_correlation < 0.9 for each in point.similarities)


def test_compare_classes_contrast_is_the_difference_of_the_two(client):
    found = client.compare_classes(CAT, "Egyptian cat", values="signed")

    assert not found.correct and found.true_class.rank == 2 and found.true_class.index == EGYPTIAN_CAT
    assert (found.predicted_map.subject, found.true_map.subject) == ("tiger cat", "Egyptian cat")
    assert found.contrast_map.score == pytest.approx(found.predicted_map.score - found.true_map.score, abs=1e-4)
    np.testing.assert_allclose(
        found.contrast_map.values, found.predicted_map.values - found.true_map.values, atol=1e-4 * np.abs(found.predicted_map.values).max()
    )
    assert -1 <= found.rank_correlation <= 1 and found.true_map.overlay().size == (451, 300)

    right = client.compare_classes(CAT, TIGER_CAT, overlay=False)
    assert right.correct and right.true_class.rank == 1 and (right.true_map, right.contrast_map, right.rank_correlation) == (None, None, None)


def test_compare_models_each_says_what_it_says_alone(connect, two_models):
    client = connect(two_models)

    first, second = client.compare_models(CAT, [("embedded", "blocks.4.2"), "whole"], "Egyptian cat", boxes=[BOX], values="signed")

    for found, model, layer in (first, "embedded", "blocks.4.2"), (second, "whole", "bn2"):
        alone = client.explain(CAT, "Egyptian cat", model=model, layer=layer, values="signed", overlay=False)
        assert found.prediction.model == model and found.explained_class.index == EGYPTIAN_CAT and found.map.layers == (layer,)
        np.testing.assert_allclose(found.map.values, alone.map.values, atol=1e-4 * np.abs(alone.map.values).max())
        assert found.explained_class.logit == pytest.approx(alone.map.score, abs=1e-4)
        assert found.evidence.insertion.area > 0 and found.evidence.pointing is not None
    assert first.rank_correlation == pytest.approx(1) and -1 <= second.rank_correlation < 1
    with pytest.raises(gradcam.NotFound) as caught:
        client.compare_models(CAT, ["embedded", "whole"], "goldfish")
    assert [violation.field for violation in caught.value.violations] == ["models[1].model"]
    with pytest.raises(TypeError, match="models are several"):
        client.compare_models(CAT, "embedded")


@pytest.mark.parametrize("attack", [{}, {"steps": 2, "random_start": 5}], ids=["fgsm", "pgd"])
def test_perturb_changed_photo_is_near_and_its_answer_is_after(connect, two_models, attack):
    client = connect(two_models, model="whole")  # It sees a photo of 224 x 224 pixels as it is.

    found = client.perturb(CAT, epsilon=4 / 255, **attack)

    again = client.classify(found.changed_photo_png)
    assert found.epsilon == 4 / 255 and 0 < found.largest_change <= found.epsilon and found.class_lost
    assert found.before.explained_class.index == found.after.explained_class.index == found.before.prediction.best.index
    assert found.before.explained_class.rank == 1
    assert client.perturb(CAT, "tabby", overlay=False).after.explained_class.label == "tabby, tabby cat"
    assert found.after.explained_class.rank > 1 and found.changed_photo().size == (224, 224)
    assert [c.index for c in again.classes] == [c.index for c in found.after.prediction.classes]
    np.testing.assert_allclose([c.logit for c in again.classes], [c.logit for c in found.after.prediction.classes], atol=1e-3)
    assert found.before.map.overlay().size == (451, 300) and found.after.map.overlay().size == (224, 224)
    assert found.message.WhichOneof("attack") == ("pgd" if attack else "fgsm")


def test_comparisons_take_one_method():
    with pytest.raises(ValueError, match="one method"):
        gradcam.Client().compare_classes(CAT, 1, method=["gradcam", "layercam"])


def test_explain_answers_each_is_that_of_its_question_alone(client):
    questions = ["what animal is it", gradcam.Question("what color is it", "white", gradcam.Best(2)), "where is it"]

    found = client.explain_answers(CAT, questions, attention=True, leave_words_out=True)

    for why, question in zip(found, questions):
        text, targets = (question, ()) if isinstance(question, str) else (question.text, question.targets)
        alone = client.explain_answer(CAT, text, *targets, attention=True, leave_words_out=True)
        assert why.answers.question == text and why.answers.best.text == alone.answers.best.text
        assert [(m.target, m.subject) for m in why.maps] == [(m.target, m.subject) for m in alone.maps]
        for ours, theirs in zip(why.maps, alone.maps):
            np.testing.assert_allclose(ours.values, theirs.values, atol=1e-4)
        assert [each.text for each in why.left_out_words] == [each.text for each in alone.left_out_words]
        assert [grid.layer for grid in why.attention] == [grid.layer for grid in alone.attention]
        assert sum(grid.values.sum() for grid in why.attention) == pytest.approx(1, abs=1e-4)
    assert len(found) == 3
    with pytest.raises(gradcam.InvalidArgument) as caught:
        client.explain_answers(CAT, ["what is it", ""])
    assert [violation.field for violation in caught.value.violations] == ["questions[1].text"]


def test_explain_tasks_each_is_that_of_its_own_call(client):
    found = client.explain_tasks(
        CAT, tasks.answers(["what animal is it", "what color is it"]), tasks.classes("tiger cat", EGYPTIAN_CAT), tasks.words(0, text="a cat")
    )

    classes, caption = client.explain(CAT, "tiger cat", EGYPTIAN_CAT), client.explain_caption(CAT, 0, text="a cat")
    answers = client.explain_answers(CAT, ["what animal is it", "what color is it"])
    assert found.caption.caption.text == "a cat" and [why.answers.best.text for why in found.answers] == [why.answers.best.text for why in answers]
    assert [c.index for c in found.classes.prediction.classes] == [c.index for c in classes.prediction.classes]
    ours = [*found.classes.maps, *found.caption.maps, *(m for why in found.answers for m in why.maps)]
    theirs = [*classes.maps, *caption.maps, *(m for why in answers for m in why.maps)]
    assert [m.subject for m in ours] == [m.subject for m in theirs] and len(ours) == 5
    for our, their in zip(ours, theirs):
        np.testing.assert_allclose(our.values, their.values, atol=1e-3 * np.abs(their.values).max())
        assert our.overlay().size == (451, 300)
    assert found._repr_html_().count("<figure") == 5


def test_explain_tasks_some_are_not_asked_and_faults_name_the_part(client):
    found = client.explain_tasks(CAT, tasks.classes(overlay=False), tasks.answers(["what animal is it"], overlay=False), share_view=True)

    assert found.caption is None and len(found.classes.maps) == len(found.answers) == 1
    # The view of the head is the whole photo.
    assert found.classes.prediction.crop == (0, 0, 451, 300)
    with pytest.raises(gradcam.InvalidArgument) as caught:
        client.explain_tasks(CAT, tasks.words(40, text="a cat"), tasks.answers([]))
    assert {violation.field for violation in caught.value.violations} == {"captioning.targets[0].word_position", "vqa.questions"}
    for wrong in ((), (tasks.words(), tasks.words(0))):
        with pytest.raises(ValueError, match="none of them twice"):
            client.explain_tasks(CAT, *wrong)

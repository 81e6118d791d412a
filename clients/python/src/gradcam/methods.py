"""Methods by their names: the field's, and those of pytorch-grad-cam's classes."""

from __future__ import annotations

import difflib
import re
from typing import Union

from gradcam.v1 import explanation_pb2 as pb

Method = Union[str, pb.ExplanationMethod]
"""A method's name, or the message where it has parameters."""

_NAMES: dict[str, tuple[str, ...]] = {
    "grad_cam": ("gradcam",),
    "layer_cam": ("layercam",),
    "hires_cam": ("hirescam",),
    "element_wise_grad_cam": ("gradcam-elementwise", "elementwise-gradcam"),
    "eigen_cam": ("eigencam",),
    "eigen_grad_cam": ("eigengradcam",),
    "grad_cam_plus_plus": ("gradcam++", "gradcamplusplus"),
    "xgrad_cam": ("xgradcam",),
    "cam": ("cam",),
    "score_cam": ("scorecam",),
    "ablation_cam": ("ablationcam",),
    "saliency": ("saliency",),
    "guided_backpropagation": ("guided-backpropagation", "guided-backprop", "guided-backprop-relu-model"),
    "deconvolution": ("deconvolution", "deconvnet"),
    "guided_grad_cam": ("guided-gradcam",),
    "integrated_gradients": ("integrated-gradients",),
    "smooth_grad": ("smoothgrad",),
    "occlusion": ("occlusion",),
}


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", name.lower())


_FIELDS = {_key(name): field for field, names in _NAMES.items() for name in (*names, field)}

METHODS = tuple(names[0] for names in _NAMES.values())
"""The names of all methods. Case, hyphens, blanks and underscores do not matter; pytorch-grad-cam's ``GradCAMPlusPlus`` is one, too."""


def find(method: Method) -> pb.ExplanationMethod:
    """The message of a method; a ValueError names the nearest ones where there is none of that name."""
    if isinstance(method, pb.ExplanationMethod):
        return method
    field = _FIELDS.get(_key(method))
    if field is None:
        near = difflib.get_close_matches(_key(method), _FIELDS, 6, 0.5)
        names = list(dict.fromkeys(_NAMES[_FIELDS[key]][0] for key in near))[:3] or list(METHODS)
        raise ValueError(f"there is no method {method!r}; {'did you mean' if near else 'there are'} {', '.join(names)}{'?' if near else ''}")
    found = pb.ExplanationMethod()
    getattr(found, field).SetInParent()
    return found


def name_of(method: pb.ExplanationMethod) -> str:
    """The name of a method, as METHODS has it."""
    field = method.WhichOneof("method")
    return _NAMES[field][0] if field in _NAMES else str(field or "")

"""What stands for a photo: a path, a file's bytes, a numpy array or a PIL image."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any, Union

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from gradcam.v1 import image_pb2 as pb

Photo = Union[str, "os.PathLike[str]", bytes, "npt.NDArray[Any]", Image.Image]
"""A path, the bytes of a JPEG, PNG, WebP, GIF or BMP file, an array or a PIL image.

An array is H x W (grey), H x W x 3 (red, green, blue) or H x W x 4 (laid over white): of uint8, or of floats from 0 to 1. The server takes
messages of 17 MiB, unless it is told otherwise: arrays and PIL images of more than four megapixels are sent as PNG, without loss, and large
photos had better be files.
"""

_MOST_RAW = 12 << 20
"""The most bytes that are sent as they are; what is larger takes less as PNG, and less time on the way. The server takes 16 MiB."""


def read(photo: Photo, *, fast: bool = False) -> pb.Image:
    """The message of a photo. Where it cannot be read, raises what says why: OSError, TypeError or ValueError."""
    decoding = pb.IMAGE_DECODING_FAST if fast else pb.IMAGE_DECODING_UNSPECIFIED
    if isinstance(photo, (bytes, bytearray, memoryview)):
        return pb.Image(encoded=bytes(photo), decoding=decoding)
    if isinstance(photo, (str, os.PathLike)):
        return pb.Image(encoded=Path(photo).read_bytes(), decoding=decoding)
    if isinstance(photo, Image.Image):
        picture = ImageOps.exif_transpose(photo)
    elif isinstance(photo, np.ndarray):
        picture = Image.fromarray(_to_bytes(photo))
    else:
        raise TypeError(f"a photo is a path, bytes, a numpy array or a PIL image, not {type(photo).__name__}")
    picture = _flat(picture)
    if 3 * picture.width * picture.height > _MOST_RAW:
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        return pb.Image(encoded=file.getvalue(), decoding=decoding)
    raw = pb.RawImage(width=picture.width, height=picture.height, rgb=picture.tobytes())
    return pb.Image(raw=raw, decoding=decoding)


def _to_bytes(pixels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)) or 0 in pixels.shape:
        raise ValueError(f"an array of a photo is H x W, H x W x 3 or H x W x 4, not {' x '.join(map(str, pixels.shape))}")
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    if not np.issubdtype(pixels.dtype, np.floating):
        raise TypeError(f"an array of a photo is of uint8, or of floats from 0 to 1, not {pixels.dtype}")
    if not (np.min(pixels) >= 0 and np.max(pixels) <= 1):
        raise ValueError(f"floats of a photo are from 0 to 1, not {np.min(pixels):g} to {np.max(pixels):g}; bytes are uint8")
    scaled: npt.NDArray[np.uint8] = np.rint(pixels * 255).astype(np.uint8)
    return scaled


def _flat(picture: Image.Image) -> Image.Image:
    """The picture in red, green and blue, laid over white where it is transparent."""
    if 0 in picture.size:
        raise ValueError(f"a PIL image of a photo has a pixel at least, not {picture.width} x {picture.height}")
    if picture.mode == "F" or picture.mode.startswith("I"):
        raise TypeError(f"a PIL image of a photo has 8 bits a colour, and mode {picture.mode} has more: give its file as it is, or scale it to 8")
    if picture.mode in ("RGBa", "La"):  # Colours that are multiplied by their opacity.
        picture = picture.convert(picture.mode.upper())
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture.convert("RGB")

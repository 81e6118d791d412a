"""python -m gradcam: classify, explain, caption and ask from a shell."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, Sequence

from gradcam.client import Client
from gradcam.connection import DEFAULT_TARGET
from gradcam.errors import GradCamError
from gradcam.methods import METHODS
from gradcam.results import Map
from gradcam.targets import Answer, ClassTarget
from gradcam.v1 import explanation_pb2 as explanation
from gradcam.v1 import image_pb2 as image
from gradcam.version import VERSION

_FORMATS = {
    ".png": image.IMAGE_FORMAT_PNG,
    ".jpg": image.IMAGE_FORMAT_JPEG,
    ".jpeg": image.IMAGE_FORMAT_JPEG,
    ".webp": image.IMAGE_FORMAT_WEBP,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; the exit status is 0 where it succeeded."""
    options = _parser().parse_args(arguments)
    try:
        with _client(options) as client:
            print(options.run(client, options))
    except (GradCamError, OSError, ValueError) as error:
        print(f"gradcam: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _client(options: argparse.Namespace) -> Client:
    if (options.cert is None) != (options.key is None):
        raise ValueError("--cert and --key belong together")
    return Client(
        options.server, model=options.model, timeout=options.timeout, tls=options.ca or options.tls or None,
        certificate=None if options.cert is None else (options.cert, options.key),
        token=options.token or os.environ.get("GRADCAM_TOKEN"), api_key=options.api_key or os.environ.get("GRADCAM_API_KEY"),
    )


def _models(client: Client, options: argparse.Namespace) -> str:
    return "\n".join(f"{model.name}  {model.version}  {' '.join(model.tasks)}" for model in client.models(priority=options.priority))


def _classify(client: Client, options: argparse.Namespace) -> str:
    return str(client.classify(options.photo, top_k=options.top_k, priority=options.priority))


def _explain(client: Client, options: argparse.Namespace) -> str:
    targets: Sequence[ClassTarget] = [*options.label, *options.index]
    why = client.explain(
        options.photo, *targets, method=options.method, layer=options.layer, fuse=options.fuse, smooth=options.smooth,
        overlay=_overlay(options.out), top_k=options.top_k, priority=options.priority,
    )
    return f"{why.prediction}\n{_save(why.maps, options.out)}"


def _caption(client: Client, options: argparse.Namespace) -> str:
    found = client.caption(options.photo, beams=options.beams, priority=options.priority)
    lines = [f"{caption.log_probability:7.2f}  {caption}" for caption in found.captions]
    if options.out is not None:
        why = client.explain_caption(options.photo, text=found.best.text, overlay=_overlay(options.out), priority=options.priority)
        lines.append(_save(why.maps, options.out))
    return "\n".join(lines)


def _ask(client: Client, options: argparse.Namespace) -> str:
    if options.out is None:
        answers, saved = client.ask(options.photo, options.question, top_k=options.top_k, priority=options.priority), ""
    else:
        targets = map(Answer, options.answer)
        why = client.explain_answer(
            options.photo, options.question, *targets, overlay=_overlay(options.out), top_k=options.top_k, priority=options.priority
        )
        answers, saved = why.answers, f"\n{_save(why.maps, options.out)}"
    unknown = f"\n(not known: {' '.join(answers.unknown_words)})" if answers.unknown_words else ""
    return "\n".join(f"{100 * answer.probability:5.1f} %  {answer.text}" for answer in answers.answers) + unknown + saved


def _overlay(path: str) -> explanation.OverlayOutput:
    """The overlay in the format of a file's ending."""
    ending = Path(path).suffix.lower()
    if ending not in _FORMATS:
        raise ValueError(f"{path}: a picture ends in one of {', '.join(_FORMATS)}")
    return explanation.OverlayOutput(encoding=image.ImageEncoding(format=_FORMATS[ending]))


def _save(maps: Sequence[Map], path: str) -> str:
    """Writes the maps' pictures: the first to the path, and others beside it with their number. Tells of each what it shows."""
    lines = []
    for number, shown in enumerate(maps, 1):
        if shown.picture is None:
            raise ValueError("the server sent a map without its picture")
        file = Path(path) if number == 1 else Path(path).with_stem(f"{Path(path).stem}-{number}")
        file.write_bytes(shown.picture)
        lines.append(f"{file}: why {shown.subject} ({' '.join([shown.method, *shown.layers])})")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam", description="Asks a GradCamGrpc server what is on a photo, and where it saw it.",
        epilog='for example: python -m gradcam explain cat.jpg --label tabby -o why.png',
    )
    parser.add_argument("--version", action="version", version=f"gradcam {VERSION}")
    server = argparse.ArgumentParser(add_help=False)
    server.add_argument("--server", metavar="HOST:PORT", default=os.environ.get("GRADCAM_SERVER", DEFAULT_TARGET),
                        help=f"by default what GRADCAM_SERVER says, or {DEFAULT_TARGET}; https://HOST:PORT is over TLS")
    server.add_argument("--model", default="", help="needed where the server has several")
    server.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="by default %(default)s")
    server.add_argument("--tls", action="store_true", help="over TLS, with the system's certificates")
    server.add_argument("--ca", metavar="FILE", help="over TLS, with the certificates of a PEM file")
    server.add_argument("--cert", metavar="FILE", help="this client's own certificate, as PEM")
    server.add_argument("--key", metavar="FILE", help="the certificate's key, as PEM")
    server.add_argument("--token", help="a bearer token, over TLS only; better in the environment, as GRADCAM_TOKEN")
    server.add_argument("--api-key", metavar="KEY", help="better in the environment, as GRADCAM_API_KEY")
    server.add_argument("--priority", choices=["low", "normal", "high"], help="low for work that nobody waits for")
    shared = argparse.ArgumentParser(add_help=False, parents=[server])
    shared.add_argument("photo", help="a JPEG, PNG, WebP, GIF or BMP file")
    picture: dict[str, Any] = {"metavar": "FILE", "help": "where to draw the map: PNG, JPEG or WebP by its ending; further maps are numbered"}
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    models = commands.add_parser("models", parents=[server], help="the server's models")
    models.set_defaults(run=_models)
    classify = commands.add_parser("classify", parents=[shared], help="the most probable classes")
    classify.set_defaults(run=_classify)
    explain = commands.add_parser("explain", parents=[shared], help="a map over the photo")
    explain.add_argument("-o", "--out", required=True, **picture)
    explain.add_argument("--label", action="append", default=[], help="a class to explain; the most probable one by default. Again for others")
    explain.add_argument("--index", action="append", default=[], type=int, help="the same by its index")
    explain.add_argument("--method", action="append", default=[], help=f"of {', '.join(METHODS)}; gradcam by default. Again for others")
    explain.add_argument("--layer", action="append", default=[], help="the model's own by default. Again for others")
    explain.add_argument("--fuse", choices=["mean", "maximum"], help="one map of those of several layers")
    explain.add_argument("--smooth", action="append", default=[], choices=["augmentation", "eigen"])
    explain.set_defaults(run=_explain)
    caption = commands.add_parser("caption", parents=[shared], help="sentences about the photo, with their log-probabilities")
    caption.add_argument("--beams", type=int, help="1 to 16; 3 by default")
    caption.add_argument("-o", "--out", **picture)
    caption.set_defaults(run=_caption)
    ask = commands.add_parser("ask", parents=[shared], help="the likeliest answers to a question")
    ask.add_argument("question")
    ask.add_argument("-o", "--out", **picture)
    ask.add_argument("--answer", action="append", default=[], help="an answer to draw; the likeliest one by default. Again for others")
    ask.set_defaults(run=_ask)
    for command in (classify, explain, ask):
        command.add_argument("--top-k", type=int, metavar="K", help="how many to list; 5 by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())

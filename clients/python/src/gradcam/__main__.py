"""python -m gradcam: classify, explain, caption and ask from a shell."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Sequence

from gradcam.client import Client
from gradcam.connection import DEFAULT_TARGET
from gradcam.errors import GradCamError
from gradcam.methods import METHODS
from gradcam.targets import Answer, ClassTarget


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; the exit status is 0 where it succeeded."""
    options = _parser().parse_args(arguments)
    tls = Path(options.ca).read_bytes() if options.ca else options.tls
    try:
        with Client(
            options.server, model=options.model, timeout=options.timeout, tls=tls, token=options.token, api_key=options.api_key
        ) as client:
            print(options.run(client, options))
    except (GradCamError, OSError, ValueError) as error:
        print(f"gradcam: {error}", file=sys.stderr)
        return 1
    return 0


def _classify(client: Client, options: argparse.Namespace) -> str:
    return str(client.classify(options.photo, top_k=options.top_k))


def _explain(client: Client, options: argparse.Namespace) -> str:
    target: Sequence[ClassTarget] = [options.label] if options.label is not None else [options.index] if options.index is not None else []
    why = client.explain(options.photo, *target, method=options.method, layer=options.layer or (), top_k=options.top_k)
    return f"{why.prediction}\n{_save(why.map.picture, options.out)}: why {why.map.subject} ({' '.join([why.map.method, *why.map.layers])})"


def _caption(client: Client, options: argparse.Namespace) -> str:
    return "\n".join(f"{caption.log_probability:7.2f}  {caption}" for caption in client.caption(options.photo, beams=options.beams).captions)


def _ask(client: Client, options: argparse.Namespace) -> str:
    if options.out is None:
        answers, saved = client.ask(options.photo, options.question, top_k=options.top_k), ""
    else:
        target = [] if options.answer is None else [Answer(options.answer)]
        why = client.explain_answer(options.photo, options.question, *target, top_k=options.top_k)
        answers, saved = why.answers, f"\n{_save(why.map.picture, options.out)}: why {why.map.subject}"
    return "\n".join(f"{100 * answer.probability:5.1f} %  {answer.text}" for answer in answers.answers) + saved


def _save(picture: bytes | None, path: str) -> str:
    Path(path).write_bytes(picture or b"")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gradcam", description="Asks a GradCamGrpc server what is on a photo, and where it saw it.")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("photo", help="a JPEG, PNG, WebP, GIF or BMP file")
    shared.add_argument("--server", default=DEFAULT_TARGET, metavar="HOST:PORT", help="by default %(default)s")
    shared.add_argument("--model", default="", help="needed where the server has several")
    shared.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="by default %(default)s")
    shared.add_argument("--tls", action="store_true", help="over TLS, with the system's certificates")
    shared.add_argument("--ca", metavar="FILE", help="over TLS, with the certificates of a PEM file")
    shared.add_argument("--token", help="a bearer token, over TLS only")
    shared.add_argument("--api-key")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    classify = commands.add_parser("classify", parents=[shared], help="the most probable classes")
    classify.set_defaults(run=_classify)
    explain = commands.add_parser("explain", parents=[shared], help="a map over the photo, as PNG")
    explain.add_argument("-o", "--out", required=True, metavar="FILE")
    what = explain.add_mutually_exclusive_group()
    what.add_argument("--label", help="the class to explain; the most probable one by default")
    what.add_argument("--index", type=int, help="the same by its index")
    explain.add_argument("--method", default="gradcam", help=f"one of {', '.join(METHODS)}; by default %(default)s")
    explain.add_argument("--layer")
    explain.set_defaults(run=_explain)
    caption = commands.add_parser("caption", parents=[shared], help="sentences about the photo, with their log-probabilities")
    caption.add_argument("--beams", type=int)
    caption.set_defaults(run=_caption)
    ask = commands.add_parser("ask", parents=[shared], help="the likeliest answers to a question")
    ask.add_argument("question")
    ask.add_argument("-o", "--out", metavar="FILE", help="where to draw a map of the answer, as PNG")
    ask.add_argument("--answer", help="the answer to draw; the likeliest one by default")
    ask.set_defaults(run=_ask)
    for command in (classify, explain, ask):
        command.add_argument("--top-k", type=int, metavar="K", help="how many to list; 5 by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())

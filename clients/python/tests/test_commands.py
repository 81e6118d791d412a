"""The command line, the README and the generated code."""

import filecmp
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from conftest import CAT, ROOT
from PIL import Image

import gradcam
from gradcam.__main__ import main
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.version import VERSION

HERE = Path(__file__).parents[1]


def test_explain_draws_the_overlay_and_prints_the_classes(server, tmp_path, capsys):
    out = tmp_path / "why.png"

    assert main(["explain", str(CAT), "--server", server, "--label", "tabby", "--method", "GradCAMPlusPlus", "-o", str(out)]) == 0

    assert Image.open(out).size == (451, 300)
    printed = capsys.readouterr().out
    assert re.search(r"39\.\d %  tiger cat \(282\)", printed) and "why tabby, tabby cat (gradcam++ bn2)" in printed


@pytest.mark.parametrize("ending, kind", [("png", "PNG"), ("jpg", "JPEG"), ("JPEG", "JPEG"), ("webp", "WEBP")])
def test_explain_draws_in_the_format_of_the_ending(server, tmp_path, ending, kind):
    out = tmp_path / f"why.{ending}"

    assert main(["explain", str(CAT), "--server", server, "-o", str(out)]) == 0

    assert Image.open(out).format == kind


def test_explain_several_labels_and_layers_are_numbered_pictures(server, tmp_path, capsys):
    arguments = ["--label", "tiger cat", "--label", "tabby", "--index", "285", "--layer", "bn2", "--layer", "blocks.4.2"]

    assert main(["explain", str(CAT), "--server", server, *arguments, "-o", str(tmp_path / "why.png")]) == 0
    assert main(["explain", str(CAT), "--server", server, *arguments, "--fuse", "mean", "--smooth", "eigen", "-o", str(tmp_path / "one.png")]) == 0

    assert {path.name for path in tmp_path.iterdir()} == {
        "why.png", *(f"why-{i}.png" for i in range(2, 7)), "one.png", "one-2.png", "one-3.png"
    }
    printed = capsys.readouterr().out
    assert "why-4.png: why " in printed and "one-3.png: why Egyptian cat (gradcam bn2 blocks.4.2)" in printed


def test_models_are_named_and_the_environment_says_where(server, capsys, monkeypatch):
    assert main(["models", "--server", f"http://{server}", "--priority", "high"]) == 0
    assert capsys.readouterr().out.startswith("embedded  ")
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out == f"gradcam {VERSION}\n"
    # The token is taken from the environment, and refused for want of TLS.
    monkeypatch.setenv("GRADCAM_TOKEN", "secret")
    assert main(["models", "--server", server]) == 1
    assert "TLS" in capsys.readouterr().err


def test_key_and_certificate_go_to_the_server(serve, certificate, tmp_path, capsys, monkeypatch):
    seen = []

    def classify(request, context):
        seen.append((dict(context.invocation_metadata()), context.auth_context()["x509_common_name"]))
        return classification.ClassifyResponse(prediction={"classes": [{"label": "cat"}]})

    key, chain = certificate
    for name, content in (("key.pem", key), ("cert.pem", chain)):
        (tmp_path / name).write_bytes(content)
    credentials = grpc.ssl_server_credentials([(key, chain)], root_certificates=chain, require_client_auth=True)
    monkeypatch.setenv("GRADCAM_API_KEY", "mine")
    monkeypatch.setenv("GRADCAM_TOKEN", "secret")
    own = ["--ca", str(tmp_path / "cert.pem"), "--cert", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem")]

    assert main(["classify", str(CAT), "--server", serve(classify=classify, credentials=credentials), *own, "--priority", "low"]) == 0

    (metadata, name), = seen
    assert (metadata["x-api-key"], metadata["authorization"], metadata["x-priority"]) == ("mine", "Bearer secret", "low")
    assert name == [b"127.0.0.1"]


def test_interrupt_ends_without_a_traceback(monkeypatch, capsys):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(gradcam.Client, "classify", interrupt)

    assert main(["classify", str(CAT)]) == 130 and capsys.readouterr() == ("", "")


def test_classify_caption_and_ask_print_what_they_find(server, capsys, tmp_path):
    assert main(["classify", str(CAT), "--server", server, "--top-k", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["caption", str(CAT), "--server", server, "--beams", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    out = tmp_path / "answer.png"
    assert main(["ask", str(CAT), "what animal is it", "--server", server, "--answer", "cat", "-o", str(out)]) == 0
    assert "why cat" in capsys.readouterr().out and Image.open(out).size == (451, 300)
    assert main(["ask", str(CAT), "what animal is it", "--server", server, "--top-k", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["ask", str(CAT), "what xylofrobnicator is it", "--server", server]) == 0
    assert "(not known: xylofrobnicator)" in capsys.readouterr().out
    assert main(["caption", str(CAT), "--server", server, "-o", str(tmp_path / "words.png")]) == 0
    assert "words-2.png: why " in capsys.readouterr().out and Image.open(tmp_path / "words-2.png").size == (451, 300)


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["classify", "no-such.jpg"], "no-such.jpg"),
        (["explain", str(CAT), "--label", "tabbby", "-o", "x.png"], "tabby"),
        (["explain", str(CAT), "--method", "gradcan", "-o", "x.png"], "gradcam"),
        (["classify", str(CAT), "--token", "secret"], "TLS"),
        (["classify", str(CAT), "--ca", "no-such.pem"], "no-such.pem"),
        (["classify", str(CAT), "--cert", "cert.pem"], "--key"),
        (["explain", str(CAT), "-o", "why.gif"], ".webp"),
    ],
)
def test_what_is_wrong_is_said_in_words(server, capsys, arguments, says):
    assert main([*arguments, "--server", server]) == 1

    said = capsys.readouterr().err
    assert said.startswith("gradcam: ") and says in said and "Traceback" not in said


def test_readme_quick_start_runs(server, tmp_path, monkeypatch, capsys):
    code = re.search(r"```python\n(.*?)```", (HERE / "README.md").read_text(), re.S)[1]
    assert len(code.splitlines()) <= 10 and "127.0.0.1:50051" in code
    monkeypatch.chdir(tmp_path)
    code = code.replace("127.0.0.1:50051", server).replace("tests/photos", str(ROOT / "tests/photos"))

    exec(compile(code, "README.md", "exec"), {})

    assert Image.open(tmp_path / "egyptian-cat.png").size == (451, 300)
    told = re.search(r"prints `(.*?)`", (HERE / "README.md").read_text())[1]
    assert capsys.readouterr().out.strip() == told


def test_package_runs_as_a_program():
    shown = subprocess.run([sys.executable, "-m", "gradcam", "--help"], cwd=HERE / "src", capture_output=True, text=True, check=True)

    assert "explain" in shown.stdout


def test_load_says_how_many_photos_were_answered(server):
    told = subprocess.run([HERE / "explain_many_load.py", server, CAT, "8", "0.5"], capture_output=True, text=True, check=True).stdout

    assert 0 < json.loads(told)["succeeded_per_s"] < 10000


@pytest.mark.skipif(not shutil.which("grpc_python_plugin"), reason="Debian's protobuf-compiler and protobuf-compiler-grpc are not there")
def test_generated_code_is_what_the_protos_say(tmp_path):
    version = subprocess.run(["protoc", "--version"], capture_output=True, text=True, check=True).stdout
    if "3.21" not in version:
        pytest.skip("protoc is not Debian 12's")
    (tmp_path / "gradcam").mkdir()

    subprocess.run([HERE / "generate.sh", tmp_path], check=True)

    fresh = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.py*")}
    source = HERE / "src"
    there = {path.relative_to(source) for path in [*source.glob("gradcam/v1/*.py*"), *source.glob("gradcam/wire_pb2.py*")]}
    assert fresh == there, "run clients/python/generate.sh"
    assert not any(filecmp.cmpfiles(tmp_path, source, fresh, shallow=False)[1:]), "run clients/python/generate.sh"


def test_readme_loop_draws_every_photo_that_is_one(server, tmp_path, monkeypatch, capsys):
    code = re.findall(r"```python\n(.*?)```", (HERE / "README.md").read_text(), re.S)[1]
    monkeypatch.chdir(tmp_path)
    for folder in ("photos", "out"):
        Path(folder).mkdir()
    shutil.copy(CAT, "photos/cat.jpg")
    Path("photos/text.jpg").write_text("no photo")

    with gradcam.Client(server) as client:
        exec(compile(code, "README.md", "exec"), {"client": client, "Path": Path})

    assert [path.name for path in Path("out").iterdir()] == ["cat.png"] and "photos/text.jpg" in capsys.readouterr().out

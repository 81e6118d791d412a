"""The command line, the README and the generated code."""

import filecmp
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CAT, ROOT
from PIL import Image

from gradcam.__main__ import main

HERE = Path(__file__).parents[1]


def test_explain_draws_the_overlay_and_prints_the_classes(server, tmp_path, capsys):
    out = tmp_path / "why.png"

    assert main(["explain", str(CAT), "--server", server, "--label", "tabby", "--method", "GradCAMPlusPlus", "-o", str(out)]) == 0

    assert Image.open(out).size == (451, 300)
    printed = capsys.readouterr().out
    assert re.search(r"39\.\d %  tiger cat \(282\)", printed) and "why tabby, tabby cat (gradcam++ bn2)" in printed


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


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["classify", "no-such.jpg"], "no-such.jpg"),
        (["explain", str(CAT), "--label", "tabbby", "-o", "x.png"], "tabby"),
        (["explain", str(CAT), "--method", "gradcan", "-o", "x.png"], "gradcam"),
        (["classify", str(CAT), "--token", "secret"], "TLS"),
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
    told = subprocess.run([HERE / "load.py", server, CAT, "8", "1.5"], capture_output=True, text=True, check=True).stdout

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

"""The real server for the session, fakes that say what a test wants, and clients of both kinds that are called alike."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
from concurrent import futures
from pathlib import Path

import grpc
import pytest

import gradcam
from gradcam import wire_pb2 as wire
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import classification_service_pb2_grpc as classification_grpc
from gradcam.v1 import video_service_pb2_grpc as video_grpc

ROOT = Path(__file__).parents[3]
CAT = ROOT / "tests/photos/chelsea.png"
PHOTO = b"a photo"
PROGRAM = ROOT / "src/GradCamGrpc.Cli/bin/Release/net10.0/gradcam.dll"
TIGER_CAT, EGYPTIAN_CAT = 282, 285


@contextlib.contextmanager
def running(*options):
    """Runs the real server with the embedded model: its address, once its model is loaded."""
    if not PROGRAM.exists():
        pytest.fail("the server is not built: dotnet build src/GradCamGrpc.Cli -c Release")
    # With one network and nothing to measure it starts sooner.
    quick = ["--instances", "1", "--max-batch", "4", "--max-delay", "0"]
    command = ["dotnet", str(PROGRAM), "serve", "--listen", "127.0.0.1:0", "--http", "off", "--metrics", "off", *quick, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    # Where a test fails, pytest shows what its server has said meanwhile.
    rest = threading.Thread(target=lambda: [os.write(2, line.encode()) for line in process.stdout], daemon=True)
    try:
        for line in process.stdout:
            found = re.search(r"serves on (127\.0\.0\.1:\d+)", line)
            if found:
                break
        else:
            pytest.fail("the server ended before it served")
        rest.start()
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="session")
def two_models(tmp_path_factory):
    """The address of a real server with two models: the embedded one, and one that sees whole photos and knows no goldfish."""
    folder, embedded = tmp_path_factory.mktemp("models"), ROOT / "models/embedded"
    for name in ("embedded", "whole"):
        (folder / name).mkdir()
        for file in embedded.iterdir():
            (folder / name / file.name).symlink_to(file)
    manifest = json.loads((embedded / "model.json").read_text())
    manifest.update(name="whole", tasks=["classification"], preprocessing=manifest["captioning"]["preprocessing"])
    del manifest["captioning"], manifest["answering"]
    labels = (embedded / "labels.txt").read_text().splitlines()
    labels[1] = "something"
    for name, text in {"model.json": json.dumps(manifest), "labels.txt": "\n".join(labels) + "\n"}.items():
        (folder / "whole" / name).unlink()
        (folder / "whole" / name).write_text(text)
    with running("--models", str(folder)) as address:
        with gradcam.Client(address) as client:
            client.wait_until_ready()
        yield address


@pytest.fixture(scope="session")
def server():
    """The address of the real server."""
    with running() as address:
        with gradcam.Client(address) as client:
            client.wait_until_ready()
        yield address


class Certificates:
    """An authority, what it has signed for a server and a client of this machine, and what a stranger has signed for himself."""

    def __init__(self, folder):
        self.folder = folder
        self._openssl("req", "-x509", *self._key("ca"), "-subj", "/CN=authority", "-days", "2")
        self._openssl("req", "-x509", *self._key("stranger"), "-subj", "/CN=stranger", "-days", "2")
        for name, use in ("server", "serverAuth"), ("client", "clientAuth"):
            (folder / f"{name}.ext").write_text(f"extendedKeyUsage={use}\nsubjectAltName=IP:127.0.0.1\n")
            self._openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
            self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                          "-extfile", f"{name}.ext", "-out", f"{name}.crt")

    def path(self, name):
        return str(self.folder / name)

    def pair(self, name):
        return (self.folder / f"{name}.crt").read_bytes(), (self.folder / f"{name}.key").read_bytes()

    @staticmethod
    def _key(name):
        return "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.crt"

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def private_server(certificates):
    """The address of a real server with TLS that asks for certificates."""
    files = certificates.path("server.crt"), certificates.path("server.key"), certificates.path("ca.crt")
    with running("--tls-certificate", files[0], "--tls-key", files[1], "--client-ca", files[2]) as address:
        yield address


class Awaited:
    """An AsyncClient that is called like a Client."""

    loop = asyncio.new_event_loop()

    def __init__(self, *arguments, **options):
        async def make():
            return gradcam.AsyncClient(*arguments, **options)

        self.inner = self.loop.run_until_complete(make())

    def __getattr__(self, name):
        def call(*arguments, **options):
            answer = getattr(self.inner, name)(*arguments, **options)
            return self.each(answer) if hasattr(answer, "__anext__") else self.loop.run_until_complete(answer)

        return call

    def each(self, answers):
        try:
            while True:
                try:
                    yield self.loop.run_until_complete(answers.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            self.loop.run_until_complete(answers.aclose())


class Pauses(list):
    """What a client would have slept. Its chance is always the same: 0.5."""

    def retry(self, kind, **options):
        async def sleep(seconds):
            self.append(seconds)

        return gradcam.Retry(**{"random": lambda: 0.5, "sleep": self.append if kind is gradcam.Client else sleep, **options})


@pytest.fixture(params=[gradcam.Client, Awaited], ids=["sync", "async"])
def connect(request):
    """Makes clients of one kind; their retries do not sleep, and ``client.slept`` says what they would have."""
    clients = []

    def make(address, retry=None, **options):
        slept = Pauses()
        client = request.param(address, retry=slept.retry(request.param, **(retry or {})), **options)
        client.slept = slept
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


class Fake(classification_grpc.ClassificationServiceServicer):
    """A server that says what a test wants; UNIMPLEMENTED where it wants nothing."""

    def __init__(self, classify=None, explain=None, explain_stream=None):
        self.Classify = classify or self.Classify
        self.Explain = explain or self.Explain
        self.ExplainStream = explain_stream or self.ExplainStream


class FakeVideo(video_grpc.VideoServiceServicer):
    def __init__(self, explain):
        self.Explain = explain


@pytest.fixture
def serve():
    """Runs a fake on a free port, and returns its address."""
    servers = []

    def start(video=None, health=None, credentials=None, port=0, services=(), threads=8, **calls):
        server = grpc.server(futures.ThreadPoolExecutor(threads))
        classification_grpc.add_ClassificationServiceServicer_to_server(Fake(**calls), server)
        if video is not None:
            video_grpc.add_VideoServiceServicer_to_server(FakeVideo(video), server)
        for add, service in services:
            add(service, server)
        if health is not None:
            check = grpc.unary_unary_rpc_method_handler(
                lambda request, context: wire.HealthCheckResponse(status=health()),
                request_deserializer=wire.HealthCheckRequest.FromString,
                response_serializer=wire.HealthCheckResponse.SerializeToString,
            )
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": check}),))
        address = f"127.0.0.1:{port}"
        bound = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
        server.start()
        servers.append(server)
        return f"127.0.0.1:{bound}"

    yield start
    for server in servers:
        server.stop(None)


@pytest.fixture
def cable():
    """Lies between a client and a server, and counts the bytes that the client sends."""
    ends = []

    class Cable:
        sent = 0

        def to(self, address):
            host, port = address.split(":")
            listener = socket.create_server(("127.0.0.1", 0))
            ends.append(listener)

            def plug():
                near, _ = listener.accept()
                far = socket.create_connection((host, int(port)))
                ends.extend([near, far])
                threading.Thread(target=pump, args=(far, near), daemon=True).start()
                pump(near, far, self)

            threading.Thread(target=plug, daemon=True).start()
            return f"127.0.0.1:{listener.getsockname()[1]}"

    def pump(source, target, counter=None):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if counter is not None:
                    counter.sent += len(data)
                target.sendall(data)

    yield Cable()
    for end in ends:
        end.close()


def refuse(context, code, message="no", retry_after=None, violations=(), reason=""):
    """Ends a call of a fake with a rich status."""
    context.set_trailing_metadata((("grpc-status-details-bin", rich(code, message, retry_after, violations, reason).SerializeToString()),))
    context.abort(code, message)


def rich(code, message="no", retry_after=None, violations=(), reason=""):
    """A google.rpc.Status."""
    status = wire.Status(code=code.value[0], message=message)

    def detail(kind, value):
        status.details.add(type_url=f"type.googleapis.com/google.rpc.{kind}", value=value.SerializeToString())

    if violations:
        faults = [wire.BadRequest.FieldViolation(field=field, description=description) for field, description in violations]
        detail("BadRequest", wire.BadRequest(field_violations=faults))
    if reason:
        detail("ErrorInfo", wire.ErrorInfo(reason=reason, domain="gradcam"))
    if retry_after is not None:
        retry = wire.RetryInfo()
        retry.retry_delay.FromNanoseconds(round(retry_after * 1e9))
        detail("RetryInfo", retry)
    return status


def a_map(**fields):
    """A map of two numbers."""
    raw = {"size": {"width": 2, "height": 1}, "grid": 1, "values": 1, "channel_count": 1, "data": b"\0\0\x80\x3f\0\0\0\x40"}
    return classification.ClassificationServiceExplainResponse(map={"outputs": [{"raw": raw}], **fields}).map


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A key and a certificate that it signed, for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        cwd=folder, check=True, capture_output=True,
    )
    return (folder / "key.pem").read_bytes(), (folder / "cert.pem").read_bytes()

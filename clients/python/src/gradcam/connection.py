"""What both clients are made of: where the server is, how it is reached, and who calls."""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Callable, Mapping, Union

import grpc

from gradcam.retry import Retry
from gradcam.version import VERSION

Pem = Union[bytes, str, "os.PathLike[str]"]
"""Certificates or a key as PEM: the bytes, or a file's path."""
Metadata = Union[Mapping[str, str], Callable[[], Mapping[str, str]]]

DEFAULT_TARGET = "127.0.0.1:50051"


class Connection:
    """A connection to a server. It is made with the first call."""

    _transport: ModuleType

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        model: str = "",
        timeout: float = 60.0,
        retry: Retry = Retry(),
        tls: bool | Pem | grpc.ChannelCredentials | None = None,
        certificate: tuple[Pem, Pem] | None = None,
        token: str | None = None,
        api_key: str | None = None,
        metadata: Metadata | None = None,
        compression: bool = False,
        max_message_bytes: int = 256 << 20,
        options: Mapping[str, int | str] | None = None,
    ) -> None:
        """``target`` is host:port, http://host:port, https://host:port (with ``tls=True``), or one of gRPC's names: dns:///host:port.

        ``model`` and ``timeout`` (seconds, its retries included; math.inf for none) are for calls that name none; streams of photos and
        frames have no timeout by default. ``tls`` is True for the system's certificates, a PEM file (its path or bytes) with the server's
        authority, or gRPC's own credentials; ``certificate`` is the client's own and its key, for servers that ask for one. ``token`` is
        sent as a bearer, over TLS only; ``api_key`` as x-api-key. ``metadata`` goes with every call; a function is asked at each, as for
        tracing: ``metadata=lambda: {"traceparent": ...}``. ``compression`` is gzip, of what is sent. ``max_message_bytes`` is how large an
        answer may be. ``options`` are gRPC's for channels.
        """
        if target.startswith("https://") and tls is None:
            tls = True
        self._target = target = target.removeprefix("https://").removeprefix("http://").rstrip("/")
        host, _, port = target.rpartition(":")
        if not ("://" in target or target.startswith("unix") or (host and port.isdecimal())):
            raise ValueError(f"{target!r} is not an address and a port, such as localhost:50051")
        arguments: dict[str, int | str] = {
            "grpc.primary_user_agent": f"gradcam-python/{VERSION}",
            # While calls run, so that a connection whose other end is gone without a word is noticed.
            "grpc.keepalive_time_ms": 30_000,
            "grpc.keepalive_timeout_ms": 20_000,
            "grpc.http2.max_pings_without_data": 0,
            "grpc.max_receive_message_length": max_message_bytes,
            "grpc.max_send_message_length": -1,
            "grpc.initial_reconnect_backoff_ms": 100,
            "grpc.max_reconnect_backoff_ms": 2000,
            **(options or {}),
        }
        gzip = grpc.Compression.Gzip if compression else grpc.Compression.NoCompression
        if tls is None or tls is False:
            if token is not None:
                raise ValueError("a token is sent over TLS only; api_key is sent without")
            if certificate is not None:
                raise ValueError("a certificate of the client's own needs TLS: give tls, too")
            self._channel = self._transport.insecure_channel(target, list(arguments.items()), gzip)
        else:
            credentials = _credentials(tls, certificate)
            if token is not None:
                credentials = grpc.composite_channel_credentials(credentials, grpc.access_token_call_credentials(token))
            self._channel = self._transport.secure_channel(target, credentials, list(arguments.items()), gzip)
        self._model, self._timeout, self._retry = model, timeout, retry
        self._api_key, self._more_metadata = api_key, metadata or {}
        self._stubs: dict[Any, Any] = {}
        self._closed = False

    def stub(self, kind: Callable[[Any], Any]) -> Any:
        """A stub of ``gradcam.v1`` on this connection, for all else that the server does: ``client.stub(ModelServiceStub)``.

        Its calls are gRPC's own: give them ``client.metadata()``, and make errors of theirs with ``GradCamError.of``. ``call`` does that,
        with a timeout and retries.
        """
        if kind not in self._stubs:
            self._stubs[kind] = kind(self._channel)
        return self._stubs[kind]

    def metadata(self, own: Mapping[str, str] = MappingProxyType({})) -> tuple[tuple[str, str], ...]:
        """What goes with a call now: the API key, the client's metadata, and the call's own. A token goes with every call by itself."""
        more = self._more_metadata() if callable(self._more_metadata) else self._more_metadata
        key = {} if self._api_key is None else {"x-api-key": self._api_key}
        return tuple({name.lower(): value for part in (key, more, own) for name, value in part.items()}.items())


def _credentials(tls: bool | Pem | grpc.ChannelCredentials, certificate: tuple[Pem, Pem] | None) -> grpc.ChannelCredentials:
    if isinstance(tls, grpc.ChannelCredentials):
        if certificate is not None:
            raise ValueError("gRPC's credentials have the client's certificate in them: leave certificate out")
        return tls
    own, key = (None, None) if certificate is None else map(_pem, certificate)
    return grpc.ssl_channel_credentials(None if isinstance(tls, bool) else _pem(tls), key, own)


def _pem(pem: Pem) -> bytes:
    return pem if isinstance(pem, bytes) else Path(pem).read_bytes()

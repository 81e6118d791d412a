"""What both clients are made of: where the server is, how it is reached, and who calls."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Callable, Mapping, Union

import grpc

from gradcam.retry import Retry

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
        tls: bool | bytes | grpc.ChannelCredentials = False,
        token: str | None = None,
        api_key: str | None = None,
        metadata: Metadata | None = None,
        compression: bool = False,
        max_message_bytes: int = 512 << 20,
        options: Mapping[str, int | str] | None = None,
    ) -> None:
        """``target`` is host:port.

        ``model`` and ``timeout`` (seconds, its retries included; math.inf for none) are for calls that name none; streams of photos and
        frames have no timeout by default. ``tls`` is True for the system's certificates, the bytes of a PEM file, or gRPC's own
        credentials. ``token`` is sent as a bearer, over TLS only; ``api_key`` as x-api-key. ``metadata`` goes with every call; a function
        is asked at each, as for tracing: ``metadata=lambda: {"traceparent": ...}``. ``compression`` is gzip, of what is sent.
        ``max_message_bytes`` is how large an answer may be. ``options`` are gRPC's for channels.
        """
        if target.startswith(("http://", "https://")):
            raise ValueError(f"a target is host:port, not {target!r}; for https give tls=True")
        arguments: dict[str, int | str] = {
            "grpc.max_receive_message_length": max_message_bytes,
            "grpc.max_send_message_length": -1,
            "grpc.initial_reconnect_backoff_ms": 100,
            "grpc.max_reconnect_backoff_ms": 2000,
            **(options or {}),
        }
        gzip = grpc.Compression.Gzip if compression else grpc.Compression.NoCompression
        if tls is False:
            if token is not None:
                raise ValueError("a token is sent over TLS only; api_key is sent without")
            self._channel = self._transport.insecure_channel(target, list(arguments.items()), gzip)
        else:
            credentials = tls if isinstance(tls, grpc.ChannelCredentials) else grpc.ssl_channel_credentials(None if tls is True else tls)
            if token is not None:
                credentials = grpc.composite_channel_credentials(credentials, grpc.access_token_call_credentials(token))
            self._channel = self._transport.secure_channel(target, credentials, list(arguments.items()), gzip)
        self._model, self._timeout, self._retry = model, timeout, retry
        self._api_key, self._more_metadata = api_key, metadata or {}
        self._stubs: dict[Any, Any] = {}
        self._closed = False

    def stub(self, kind: Callable[[Any], Any]) -> Any:
        """A stub of ``gradcam.v1`` on this connection, for all else that the server does: ``client.stub(EvidenceServiceStub)``.

        Its calls are gRPC's own: give them ``client.metadata()``, and make errors of theirs with ``GradCamError.of``.
        """
        if kind not in self._stubs:
            self._stubs[kind] = kind(self._channel)
        return self._stubs[kind]

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with a call now, the API key included. A token is not among it: it goes with every call by itself."""
        more = self._more_metadata() if callable(self._more_metadata) else self._more_metadata
        key = {} if self._api_key is None else {"x-api-key": self._api_key}
        return tuple((name.lower(), value) for name, value in {**key, **more}.items())

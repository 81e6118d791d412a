"""How calls fail: every status as an exception of its own, with the server's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Sequence

import grpc
from google.protobuf.message import DecodeError

from gradcam import wire_pb2 as wire

if TYPE_CHECKING:
    from gradcam.v1.classification_service_pb2 import ItemStatus


@dataclass(frozen=True)
class Violation:
    """A field of the request that is at fault."""

    field: str
    """The field's path, such as ``targets[0].label``."""
    description: str
    """What is wrong with it, and what would be right."""


class GradCamError(Exception):
    """A call, or a photo of a stream, that failed. Its subclasses are the statuses."""

    _own_code = grpc.StatusCode.UNKNOWN

    def __init__(
        self,
        message: str,
        *,
        call: str = "",
        code: grpc.StatusCode | None = None,
        reason: str = "",
        violations: Sequence[Violation] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """What went wrong, in the server's words."""
        self.call = call
        """What was called, such as ``ClassificationService.Explain``."""
        self.code = self._own_code if code is None else code
        """The status."""
        self.reason = reason
        """The server's word for programs, such as ``QUEUE_FULL``; empty where it gave none."""
        self.violations = tuple(violations)
        """The fields at fault."""
        self.retry_after = retry_after
        """Seconds until the server has room; None where it gave no hint."""
        self.partial: Any = None
        """What had arrived of an answer that was cut on the way; None where nothing had."""
        self.arrived: int | None = None
        """Of an answer that was cut: how many maps, photos or frames arrived."""
        self.expected: int | None = None
        """Of an answer that was cut: how many there should have been, where that is known."""
        self.missing: tuple[int, ...] = ()
        """Of an answer that was cut: the places of the targets, tasks, photos or frames of which nothing, or not all, arrived."""

    def __str__(self) -> str:
        text = f"{self.call}: {self.message}" if self.call else self.message
        for violation in self.violations:
            if violation.description not in self.message:
                text += f"; {violation.field}: {violation.description}"
        if self.arrived is not None:
            text += f" ({self.arrived}{'' if self.expected is None else f' of {self.expected}'} arrived"
            if self.missing:
                named = ", ".join(str(place) for place in self.missing[:8])
                more = f" and {len(self.missing) - 8} more" if len(self.missing) > 8 else ""
                text += f"; missing: {named}{more}"
            text += ")"
        return text

    def cut(self, partial: Any, arrived: int, expected: int | None, missing: Iterable[int]) -> None:
        """Says what had arrived and what had not."""
        self.partial, self.arrived, self.expected, self.missing = partial, arrived, expected, tuple(missing)

    @staticmethod
    def of(error: grpc.RpcError, call: str = "", target: str = "") -> GradCamError:
        """The error of a call that gRPC ended, also of one through a stub of your own."""
        metadata = error.trailing_metadata() or ()
        details = next((value for key, value in metadata if key == "grpc-status-details-bin"), b"")
        message = error.details() or ""
        if target and message.startswith("failed to connect to all addresses"):
            message = f"no server answers at {target} ({message})"
        raised = _make(error.code(), message, _read(wire.Status(), details).details, call)
        raised.__cause__ = error
        return raised


class InvalidArgument(GradCamError):
    """INVALID_ARGUMENT: fields of the request are wrong; ``violations`` names them."""

    _own_code = grpc.StatusCode.INVALID_ARGUMENT


class NotFound(GradCamError):
    """NOT_FOUND: there is no such model, layer, label, word or answer; near ones are named."""

    _own_code = grpc.StatusCode.NOT_FOUND


class ResourceExhausted(GradCamError):
    """RESOURCE_EXHAUSTED: the server has no room until ``retry_after``; without that, it is TooLarge."""

    _own_code = grpc.StatusCode.RESOURCE_EXHAUSTED


class TooLarge(ResourceExhausted):
    """RESOURCE_EXHAUSTED without a time: a message is larger than one side accepts, and will be later, too."""


class Unavailable(GradCamError):
    """UNAVAILABLE: the server cannot be reached, starts or drains."""

    _own_code = grpc.StatusCode.UNAVAILABLE


class DeadlineExceeded(GradCamError):
    """DEADLINE_EXCEEDED: the answer did not come in time."""

    _own_code = grpc.StatusCode.DEADLINE_EXCEEDED


class Cancelled(GradCamError):
    """CANCELLED: the call was given up."""

    _own_code = grpc.StatusCode.CANCELLED


class ClientClosed(GradCamError):
    """The client was closed before the call, or while it ran."""

    _own_code = grpc.StatusCode.CANCELLED


class Unauthenticated(GradCamError):
    """UNAUTHENTICATED: the server does not know the caller; ``api_key`` or ``token`` tells it."""

    _own_code = grpc.StatusCode.UNAUTHENTICATED


class PermissionDenied(GradCamError):
    """PERMISSION_DENIED: the server knows the caller, and does not let it."""

    _own_code = grpc.StatusCode.PERMISSION_DENIED


class Unimplemented(GradCamError):
    """UNIMPLEMENTED: the server does not know the call, so it speaks another version of the API."""

    _own_code = grpc.StatusCode.UNIMPLEMENTED


class BrokenAnswer(GradCamError):
    """DATA_LOSS: the server's answer is not whole, though it says nothing of it."""

    _own_code = grpc.StatusCode.DATA_LOSS


_KINDS: dict[grpc.StatusCode, type[GradCamError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.CANCELLED: Cancelled,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.UNIMPLEMENTED: Unimplemented,
    grpc.StatusCode.DATA_LOSS: BrokenAnswer,
}
_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


def of_item(status: ItemStatus, call: str) -> GradCamError | None:
    """The error of a message of a stream; None where all was well."""
    if status.code == 0:
        return None
    return _make(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message, status.details, call)


def broken(message: str, call: str) -> BrokenAnswer:
    """The error of an answer that no server of this API gives."""
    return BrokenAnswer(message, call=call)


def closed(call: str) -> ClientClosed:
    """The error of a call of a client that was closed."""
    return ClientClosed("the client is closed", call=call)


def _make(code: grpc.StatusCode, message: str, details: Iterable[Any], call: str) -> GradCamError:
    reason, violations, retry_after = "", [], None
    for detail in details:
        name = detail.type_url.rpartition("/")[2]
        if name == "google.rpc.BadRequest":
            faults = _read(wire.BadRequest(), detail.value).field_violations
            violations += [Violation(fault.field, fault.description) for fault in faults]
        elif name == "google.rpc.ErrorInfo":
            reason = _read(wire.ErrorInfo(), detail.value).reason
        elif name == "google.rpc.RetryInfo":
            delay = _read(wire.RetryInfo(), detail.value).retry_delay
            retry_after = max(0.0, delay.seconds + delay.nanos / 1e9)
    if code is grpc.StatusCode.UNIMPLEMENTED:
        message = f"the server does not know this call, so it speaks another version of the API than this client's, gradcam.v1 ({message})"
    kind = _KINDS.get(code, GradCamError)
    if kind is ResourceExhausted and retry_after is None:
        kind, message = TooLarge, f"the message is larger than one side accepts: a photo may have 16 MiB, or what the server's --max-image-bytes says ({message})"
    return kind(
        message, call=call, code=code, reason=reason, violations=violations, retry_after=retry_after
    )


def _read(message: Any, data: bytes) -> Any:
    """Reads a detail. One that is damaged tells nothing; the status itself still does."""
    try:
        message.ParseFromString(data)
    except DecodeError:
        message.Clear()
    return message

"""Writes the API reference, as Markdown, from descriptors with their comments: reference.py DESCRIPTOR_SET >api.md

The folder of the modules of google/api/annotations.proto, made by protoc, is on the module path.
"""
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2 as pb

PACKAGE = "gradcam.v1"

# Of google/protobuf/descriptor.proto: the numbers of the fields that a comment's path goes through.
MESSAGES, ENUMS, SERVICES = 4, 5, 6
FIELDS, NESTED_MESSAGES, NESTED_ENUMS, ONEOFS = 2, 3, 4, 8
METHODS, VALUES = 2, 2

Place = tuple[int, ...]
Comments = dict[Place, str]


class Message(NamedTuple):
    name: str
    descriptor: pb.DescriptorProto
    path: Place
    comments: Comments


class Enum(NamedTuple):
    name: str
    descriptor: pb.EnumDescriptorProto
    path: Place
    comments: Comments


def comments_of(file: pb.FileDescriptorProto) -> Comments:
    return {tuple(place.path): place.leading_comments.strip() for place in file.source_code_info.location}


def paragraphs(comment: str) -> str:
    return "\n".join(line.strip() for line in comment.splitlines())


def cell(comment: str) -> str:
    """A comment in a row of a table: one line, its blank lines kept as breaks."""
    parts = [" ".join(part.split()) for part in comment.split("\n\n")]
    return "<br>".join(parts).replace("|", "\\|")


def anchor(name: str) -> str:
    return name.lower().replace(".", "")


def link(full_name: str) -> str:
    own = full_name.removeprefix(f".{PACKAGE}.")
    return f"`{full_name.lstrip('.')}`" if own == full_name else f"[`{own}`](#{anchor(own)})"


def type_of(field: pb.FieldDescriptorProto, maps: dict[str, pb.DescriptorProto]) -> str:
    if field.type_name in maps:
        key, value = maps[field.type_name].field
        return f"map of {type_of(key, maps)} to {type_of(value, maps)}"
    name = link(field.type_name) if field.type_name else f"`{pb.FieldDescriptorProto.Type.Name(field.type).removeprefix('TYPE_').lower()}`"
    if field.label == pb.FieldDescriptorProto.LABEL_REPEATED:
        return f"repeated {name}"
    return f"optional {name}" if field.proto3_optional else name


def messages_of(file: pb.FileDescriptorProto) -> Iterator[Message]:
    comments = comments_of(file)

    def below(parent: str, path: Place, messages, number: int) -> Iterator[Message]:
        for index, message in enumerate(messages):
            if not message.options.map_entry:
                here = (*path, number, index)
                yield Message(parent + message.name, message, here, comments)
                yield from below(f"{parent}{message.name}.", here, message.nested_type, NESTED_MESSAGES)

    yield from below("", (), file.message_type, MESSAGES)


def enums_of(file: pb.FileDescriptorProto) -> Iterator[Enum]:
    comments = comments_of(file)
    for index, enum in enumerate(file.enum_type):
        yield Enum(enum.name, enum, (ENUMS, index), comments)
    for message in messages_of(file):
        for index, enum in enumerate(message.descriptor.enum_type):
            yield Enum(f"{message.name}.{enum.name}", enum, (*message.path, NESTED_ENUMS, index), comments)


def http_rules(method: pb.MethodDescriptorProto) -> list[str]:
    if not method.options.HasExtension(annotations_pb2.http):
        return []
    rule = method.options.Extensions[annotations_pb2.http]
    return [f"`{verb.upper()} {getattr(each, verb)}`" for each in (rule, *rule.additional_bindings) if (verb := each.WhichOneof("pattern"))]


def write_service(file: pb.FileDescriptorProto) -> Iterator[str]:
    comments = comments_of(file)
    for index, service in enumerate(file.service):
        yield f"### {service.name}\n"
        yield paragraphs(comments[SERVICES, index]) + "\n"
        for number, method in enumerate(service.method):
            asked = ("stream of " if method.client_streaming else "") + link(method.input_type)
            told = ("stream of " if method.server_streaming else "") + link(method.output_type)
            yield f"**{method.name}**: {asked} → {told}\n"
            if rules := http_rules(method):
                yield f"As JSON: {', '.join(rules)}\n"
            yield paragraphs(comments[SERVICES, index, METHODS, number]) + "\n"


def write_message(message: Message, maps: dict[str, pb.DescriptorProto]) -> Iterator[str]:
    yield f"### {message.name}\n"
    yield paragraphs(message.comments[message.path]) + "\n"
    if not message.descriptor.field:
        return
    yield "| field | type | |\n|---|---|---|"
    for index, field in enumerate(message.descriptor.field):
        comment = message.comments[(*message.path, FIELDS, index)]
        if field.HasField("oneof_index") and not field.proto3_optional:
            comment = f"*One of `{message.descriptor.oneof_decl[field.oneof_index].name}`.* {comment}"
        yield f"| `{field.name}` | {type_of(field, maps)} | {cell(comment)} |"
    yield ""
    for index, oneof in enumerate(message.descriptor.oneof_decl):
        if comment := message.comments.get((*message.path, ONEOFS, index)):
            yield f"`{oneof.name}`: {cell(comment)}\n"


def write_enum(enum: Enum) -> Iterator[str]:
    yield f"### {enum.name}\n"
    yield paragraphs(enum.comments[enum.path]) + "\n"
    yield "| value | |\n|---|---|"
    for index, value in enumerate(enum.descriptor.value):
        yield f"| `{value.name}` = {value.number} | {cell(enum.comments[(*enum.path, VALUES, index)])} |"
    yield ""


def write(files: list[pb.FileDescriptorProto]) -> Iterator[str]:
    maps = {
        f".{PACKAGE}.{message.name}.{nested.name}": nested
        for file in files for message in messages_of(file) for nested in message.descriptor.nested_type if nested.options.map_entry
    }
    yield "# API reference\n"
    yield "Made from the comments of the protos in [`protos/gradcam/v1`](../protos/gradcam/v1) by `docs/generate.sh`; those are what counts.\n"
    yield "[Services](#services) · [Messages](#messages) · [Enumerations](#enumerations)\n"
    yield "## Services\n"
    for file in files:
        yield from write_service(file)
    yield "## Messages\n"
    for message in sorted((each for file in files for each in messages_of(file)), key=lambda each: each.name):
        yield from write_message(message, maps)
    yield "## Enumerations\n"
    for enum in sorted((each for file in files for each in enums_of(file)), key=lambda each: each.name):
        yield from write_enum(enum)


if __name__ == "__main__":
    descriptors = pb.FileDescriptorSet.FromString(Path(sys.argv[1]).read_bytes())
    print("\n".join(write([file for file in descriptors.file if file.package == PACKAGE])).rstrip())

"""Finishes what protoc-gen-swagger made: openapi.py gradcam.swagger.json DESCRIPTOR_SET >openapi.json

Operations get names of their own (several services have an Explain) and the comments of their methods, streams say what they are, and errors
what they look like.
"""
import json
import sys
from pathlib import Path

from google.protobuf import descriptor_pb2 as pb

# Of google/protobuf/descriptor.proto: the numbers of the fields that a comment's path goes through.
SERVICES, METHODS = 6, 2

STREAM = "A stream: one line of JSON for each message."
ERROR = {"description": "google.rpc.Status; its details name the fields at fault.", "schema": {"$ref": "#/definitions/rpcStatus"}}
STATUS = {
    "type": "object",
    "description": "What went wrong, as google.rpc.Status.",
    "properties": {
        "code": {"type": "integer", "format": "int32", "description": "The number of the gRPC status, such as 3 for INVALID_ARGUMENT."},
        "message": {"type": "string", "description": "In words."},
        "details": {
            "type": "array",
            "description": "google.rpc.BadRequest, ErrorInfo and RetryInfo; @type says which.",
            "items": {"type": "object", "properties": {"@type": {"type": "string"}}, "additionalProperties": True},
        },
    },
}


def comments_of(descriptors: pb.FileDescriptorSet) -> dict[tuple[str, str], str]:
    """What is said of each method, by its service's name and its own."""
    comments = {}
    for file in descriptors.file:
        for place in file.source_code_info.location:
            if len(place.path) == 4 and (place.path[0], place.path[2]) == (SERVICES, METHODS):
                service = file.service[place.path[1]]
                comments[service.name, service.method[place.path[3]].name] = "\n".join(map(str.strip, place.leading_comments.strip().splitlines()))
    return comments


def main(swagger: Path, descriptors: Path) -> None:
    # Google's annotations are in the set, too; only the messages of this version are named after it.
    document = json.loads(swagger.read_text().replace("#/definitions/v1", "#/definitions/"))
    document["info"] = {"title": "GradCamGrpc", "version": "v1", "description": "Predictions and explanations of photos, as JSON over HTTP/1.1."}
    document["schemes"] = ["http", "https"]
    document["definitions"] = {name.removeprefix("v1"): definition for name, definition in document["definitions"].items()} | {"rpcStatus": STATUS}
    comments = comments_of(pb.FileDescriptorSet.FromString(descriptors.read_bytes()))
    taken: set[str] = set()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            service, method = operation["tags"][0], operation["operationId"].rstrip("2")
            name = service.removesuffix("Service") + method + ("OfModel" if "{model}" in path else "")
            assert name not in taken, name
            taken.add(name)
            operation["operationId"] = name
            operation["description"] = comments[service, method]
            success = operation["responses"]["200"]
            if "streaming" in success["description"]:
                success["description"] = STREAM
            operation["responses"]["default"] = ERROR
    json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
    print()


main(*map(Path, sys.argv[1:]))

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

STREAM = "A stream: one line of JSON for each message. One that fails after its first message ends with a line that is an error, as below."
LINES = "application/x-ndjson"
ERROR = {"description": "What went wrong; its details name the fields at fault.", "schema": {"$ref": "#/definitions/Error"}}
DEFINITIONS = {
    "Error": {
        "type": "object",
        "description": "An error: no message has this field.",
        "properties": {"error": {"$ref": "#/definitions/Status"}},
    },
    "Status": {
        "type": "object",
        "description": "What went wrong.",
        "properties": {
            "code": {"type": "integer", "format": "int32", "description": "The status of HTTP, such as 400."},
            "status": {"type": "string", "description": "The name of the gRPC status, such as INVALID_ARGUMENT."},
            "message": {"type": "string", "description": "In words."},
            "details": {
                "type": "array",
                "description": "google.rpc.BadRequest, ErrorInfo and RetryInfo; @type says which.",
                "items": {"type": "object", "properties": {"@type": {"type": "string"}}, "additionalProperties": True},
            },
        },
    },
}
HEADERS = {
    "grpc-timeout": "How long the call may take: a number of up to 8 digits and H, M, S, m (milliseconds), u or n, such as 30S. No limit without it.",
    "x-priority": "How urgent it is: low, normal or high; normal without it.",
    "x-api-key": "Where the server asks for keys, the caller's. Else it tells clients apart, so that they share a busy model, as their addresses do without it.",
    "authorization": "Bearer and a token, where the server takes tokens.",
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
    document["definitions"] = {name.removeprefix("v1"): definition for name, definition in document["definitions"].items()} | DEFINITIONS
    document["parameters"] = {
        name: {"name": name, "in": "header", "type": "string", "required": False, "description": description} for name, description in HEADERS.items()
    }
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
                operation["produces"] = [LINES]
            operation["responses"]["default"] = ERROR
            operation["parameters"] = operation.get("parameters", []) + [{"$ref": f"#/parameters/{name}"} for name in HEADERS]
    json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
    print()


main(*map(Path, sys.argv[1:]))

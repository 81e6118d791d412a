// node schemas.mjs DEPLOY: the objects of Kubernetes by their types, and Envoy's configuration by its protos. An unknown field is an error.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as yaml from "js-yaml";
import protobuf from "protobufjs";

const require = createRequire(import.meta.url);
const here = import.meta.dirname;
const deploy = process.argv[2];
const faults = [];
let checked = 0;

// Kubernetes. Each object becomes a constant of its type: TypeScript finds what is missing, misspelt, or of another type; the schema's
// validation, what has a wrong form.
const kserve = "ServingRuntime";
const lines = [];
for (const file of fs.readdirSync(path.join(deploy, "kubernetes")).filter((name) => name !== "kustomization.yaml")) {
  for (const object of yaml.loadAll(fs.readFileSync(path.join(deploy, "kubernetes", file), "utf8"))) {
    // A runtime's containers are a pod's; the rest of it KServe alone knows.
    const known = object.kind === kserve
      ? { apiVersion: "v1", kind: "Pod", metadata: object.metadata, spec: { containers: object.spec.containers } }
      : object;
    const name = `kubernetes-models/${known.apiVersion}/${known.kind}`;
    lines.push(`export const object${checked}: import("${name}").I${known.kind} = ${JSON.stringify(known)}; // ${file}`);
    const Model = require(name)[known.kind];
    try {
      new Model(known).validate();
    } catch (fault) {
      faults.push(`${file}: ${fault.message}`);
    }
    checked++;
  }
}
fs.writeFileSync(path.join(here, "objects.ts"), lines.join("\n"));
const compiled = spawnSync(
  process.execPath,
  [require.resolve("typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", path.join(here, "objects.ts")],
  { encoding: "utf8" });
if (compiled.status !== 0) faults.push(compiled.stdout);

// Envoy. An object with "@type" is of that type; all others are of the type that their field has.
const protos = path.join(path.dirname(require.resolve("@grpc/grpc-js-xds/package.json")), "deps");
const root = new protobuf.Root();
root.resolvePath = (_, target) => {
  const folders = ["envoy-api", "googleapis", "protoc-gen-validate", "xds"].map((folder) => path.join(protos, folder));
  return [...folders, path.dirname(require.resolve("protobufjs/package.json"))]
    .map((folder) => path.join(folder, target)).find((file) => fs.existsSync(file)) ?? target;
};
root.loadSync([
  "google/protobuf/descriptor.proto",
  "envoy/config/bootstrap/v3/bootstrap.proto",
  "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
  "envoy/extensions/filters/http/router/v3/router.proto",
  "envoy/extensions/upstreams/http/v3/http_protocol_options.proto",
  "envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.proto",
], { keepCase: true });
root.resolveAll();

const scalars = {
  string: "string", bool: "boolean", double: "number", float: "number",
  int32: "number", uint32: "number", int64: "number", uint64: "number",
  "google.protobuf.UInt32Value": "number", "google.protobuf.UInt64Value": "number", "google.protobuf.DoubleValue": "number",
  "google.protobuf.BoolValue": "boolean", "google.protobuf.StringValue": "string",
};

function fits(type, value, at) {
  const wrong = (wanted) => faults.push(`envoy.yaml: ${at}: ${JSON.stringify(value)} is not ${wanted}`);
  if (type === "google.protobuf.Any") return fits(value["@type"].replace("type.googleapis.com/", ""), value, at);
  if (type === "google.protobuf.Duration") return /^\d+(\.\d+)?s$/.test(value) || wrong("a duration");
  if (scalars[type]) return typeof value === scalars[type] || wrong(`a ${scalars[type]}`);
  const found = root.lookupTypeOrEnum(type);
  if (found instanceof protobuf.Enum) return value in found.values || wrong(`one of ${Object.keys(found.values)}`);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return wrong(`a ${type}`);
  for (const [name, inner] of Object.entries(value).filter(([name]) => name !== "@type")) {
    const field = found.fields[name];
    if (!field) {
      faults.push(`envoy.yaml: ${at}: ${type} has no field '${name}'`);
      continue;
    }
    const inside = (field.resolvedType?.fullName ?? field.type).replace(/^\./, "");
    if (field.map) Object.entries(inner).forEach(([key, item]) => fits(inside, item, `${at}.${name}.${key}`));
    else if (field.repeated && !Array.isArray(inner)) faults.push(`envoy.yaml: ${at}.${name} is not a list`);
    else if (field.repeated) inner.forEach((item, i) => fits(inside, item, `${at}.${name}[${i}]`));
    else fits(inside, inner, `${at}.${name}`);
    const group = field.partOf?.fieldsArray.filter((other) => other.name in value) ?? [];
    if (group.length > 1) faults.push(`envoy.yaml: ${at}: one of ${group.map((other) => other.name)}, not several`);
  }
}

fits("envoy.config.bootstrap.v3.Bootstrap", yaml.load(fs.readFileSync(path.join(deploy, "compose/envoy.yaml"), "utf8")), "");
checked++;

faults.forEach((fault) => console.log(`deploy: ${fault}`));
console.log(`Schemas: ${checked} files looked at, ${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;

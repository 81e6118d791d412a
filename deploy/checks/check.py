"""Checks the files of deploy/ and the Dockerfile against each other, and against a server that runs. Called by ../check.sh.

check.py METRICS: a file with a scrape of a server. Prints what is wrong, and as the last line the totals.
"""

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE = DEPLOY / "compose"
SCRAPE = pathlib.Path(sys.argv[1]).read_text()

LISTENERS = ("GRADCAM_LISTEN", "GRADCAM_HTTP", "GRADCAM_METRICS")
# Of commands other than serve.
OTHER_OPTIONS = {"--service", "--target", "--server", "--ca", "--cert", "--key"}
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Skipped(Exception):
    """What cannot be checked here, and why."""


def run(*command, cwd=DEPLOY, env=None):
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}:\n{done.stdout}"


def same(what, found, wanted):
    assert found == wanted, f"{what}: {found} instead of {wanted}"


def known(what, found, allowed):
    strangers = sorted(set(found) - set(allowed))
    assert not strangers, f"{what}: unknown {', '.join(strangers)}"


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document is not None]


def document(path):
    (only,) = documents(path)
    return only


# What the server has: read from its source, so that a renamed setting or metric is noticed here.

def settings():
    source = (ROOT / "src/GradCamGrpc.Server/Options/Settings.cs").read_text()
    return {f"GRADCAM_{name.upper().replace('-', '_')}" for name in re.findall(r'Setting \w+ = new\("([a-z-]+)",', source)}


def exported():
    """Names of metrics, as Prometheus sees them, each with its labels."""
    labels = {}
    for name, inside in re.findall(r"^([a-z_0-9]+)(?:\{(.*)\})? \S+$", SCRAPE, re.M):
        labels.setdefault(name, {"job", "instance"}).update(re.findall(r'([a-z_0-9]+)="', inside))

    # A counter that has never counted is not there: what only hard times count is known by the source alone.
    source = (ROOT / "src/GradCamGrpc.Server/Telemetry/ServerMetrics.cs").read_text()
    for name in re.findall(r'CreateCounter<long>\("([a-z_.]+)"', source):
        labels.setdefault(name.replace(".", "_") + "_total", {"job", "instance", "model", "reason", "result"})
    return labels | {"up": {"job", "instance"}}


def base(metric):
    """A histogram's name, of one of its series."""
    return re.sub(r"_(sum|count|bucket)$", "", metric)


def recorded():
    rules = document(DEPLOY / "prometheus/alerts.yaml")["groups"][0]["rules"]
    return {rule["record"]: set() for rule in rules if "record" in rule}


def dockerfile():
    """The instructions of each stage: {stage: [(instruction, text)]}, and each stage's base."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M).replace("\\\n", " ")
    stages, bases, stage = {}, {}, None
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction, rest = line.split(None, 1)
        if instruction == "FROM":
            base, _, stage = re.fullmatch(r"(\S+)( AS (\S+))?", rest).groups()
            stages[stage], bases[stage] = [], base
        elif stage is not None:
            stages[stage].append((instruction, rest))
    return stages, bases


def final(target):
    """All instructions that make a target's image, its bases' first."""
    stages, bases = dockerfile()
    chain = []
    while target in stages:
        chain = stages[target] + chain
        target = bases[target]
    return chain


def environment(target):
    return dict(pair.split("=", 1) for instruction, text in final(target) if instruction == "ENV" for pair in shlex.split(text))


def commands():
    """The names of the command line's commands."""
    folder = ROOT / "src/GradCamGrpc.Cli"
    sources = [*(folder / "Commands").glob("*Command.cs"), folder / "Program.cs"]
    return {name for source in sources for name in re.findall(r'new Command\("([a-z-]+)"', source.read_text())}


# Form.

@check
def every_yaml_is_tidy():
    rules = "{extends: default, rules: {document-start: disable, line-length: {max: 150}, braces: {max-spaces-inside: 0}, " \
            "comments: {min-spaces-from-content: 1}}}"
    run("yamllint", "--strict", "-d", rules, DEPLOY)


@check
def scripts_parse():
    for script in DEPLOY.rglob("*.sh"):
        run("bash", "-n", script)


# Prometheus and Grafana.

@check
def prometheus_takes_the_configuration():
    run("promtool", "check", "config", "prometheus/prometheus.yaml")


@check
def prometheus_takes_the_rules():
    run("promtool", "check", "rules", "prometheus/alerts.yaml")


@check
def alerts_fire_when_they_should_and_else_not():
    run("promtool", "test", "rules", "alerts.test.yaml", cwd=DEPLOY / "prometheus")


@check
def every_alert_has_a_case_and_says_something():
    rules = document(DEPLOY / "prometheus/alerts.yaml")["groups"][0]["rules"]
    cases = document(DEPLOY / "prometheus/alerts.test.yaml")["tests"]
    fired = {rule["alertname"] for case in cases for rule in case["alert_rule_test"] if rule.get("exp_alerts")}
    alerts = {rule["alert"]: rule for rule in rules if "alert" in rule}
    same("alerts with a case that fires", fired, set(alerts))
    for name, rule in alerts.items():
        assert rule["annotations"]["summary"] and rule["labels"]["severity"] in ("critical", "warning") and rule["for"], name


@check
def the_operating_guide_knows_the_alerts_settings_and_files():
    guide = (ROOT / "docs/operating.md").read_text()
    rules = document(DEPLOY / "prometheus/alerts.yaml")["groups"][0]["rules"]
    same("alerts in the guide", set(re.findall(r"`(GradCam[A-Z]\w+)`", guide)), {rule["alert"] for rule in rules if "alert" in rule})
    known("settings in the guide", re.findall(r"\b(GRADCAM_[A-Z_]+)\b", guide), settings())
    known("options in the guide", re.findall(r"`(--[a-z-]+)[ `]", guide), {option(name) for name in settings()} | OTHER_OPTIONS)
    known("metrics in the guide", re.findall(r"`(gradcam_\w+)`", guide), map(base, exported()))
    for link in re.findall(r"\]\((?!http)([^)#]+)", guide):
        assert (ROOT / "docs" / link).exists(), f"the guide links to {link}, which is not there"


def option(variable):
    return "--" + variable.removeprefix("GRADCAM_").lower().replace("_", "-")


def selectors(expression):
    """(metric, labels asked for) of a PromQL expression."""
    text = re.sub(r'"(\\.|[^"\\])*"', '""', expression)
    grouped = {label.strip() for inside in re.findall(r"\b(?:by|ignoring|on|without)\s*\(([^)]*)\)", text) for label in inside.split(",")}
    text = re.sub(r"\b(?:by|ignoring|on|without|group_left|group_right)\b\s*(\([^)]*\))?", " ", text)
    text = re.sub(r"\[[^\]]*\]|\b\d[\d.]*(?:e\d+)?", " ", text)
    found = []
    for name, inside in re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([^}]*)\})?(?!\s*\(|[a-zA-Z0-9_:])", text):
        if name not in ("or", "and", "unless", "bool", "offset"):
            found.append((name, set(re.findall(r"([a-zA-Z_]+)\s*(?:=~|!~|!=|=)", inside))))
    return found, grouped - {""}


def assert_exported(where, expression):
    metrics = exported()
    found, grouped = selectors(expression)
    assert found, f"{where}: no metric in {expression}"
    for name, labels in found:
        if name in recorded():
            continue
        assert name in metrics, f"{where}: the server exports no {name}"
        known(f"{where}: labels of {name}", labels, metrics[name])
    if not any(name in recorded() for name, _ in found):
        for name, _ in found:
            known(f"{where}: labels that {name} is grouped by", grouped - metrics[name], metrics_of(found, metrics))


def metrics_of(found, metrics):
    return set().union(*(metrics[name] for name, _ in found if name in metrics))


@check
def alerts_ask_for_what_the_server_exports():
    for rule in document(DEPLOY / "prometheus/alerts.yaml")["groups"][0]["rules"]:
        assert_exported(rule.get("alert") or rule["record"], rule["expr"])


def panels():
    return [panel for panel in json.loads((DEPLOY / "grafana/gradcam.json").read_text())["panels"] if panel["type"] != "row"]


def queries():
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]


@check
def the_dashboard_asks_for_what_the_server_exports():
    for title, expression in queries():
        assert_exported(title, expression)


@check
def the_dashboard_shows_every_metric_of_our_own():
    ours = {base(name) for name in exported() if name.startswith("gradcam_")}
    shown = {base(name) for _, expression in queries() for name, _ in selectors(expression)[0]}
    same("metrics that no panel shows", ours - shown, set())


@check
def prometheus_takes_every_query_of_the_dashboard():
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "1m")}
        for number, (_, expression) in enumerate(queries())
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
        file.flush()
        run("promtool", "check", "rules", file.name)


@check
def the_dashboard_has_a_form_that_grafana_takes():
    board = json.loads((DEPLOY / "grafana/gradcam.json").read_text())
    assert board["uid"] and board["title"] and board["schemaVersion"] >= 36
    variables = {variable["name"] for variable in board["templating"]["list"]}
    places, numbers = set(), [panel["id"] for panel in board["panels"]]
    same("panels' numbers", len(set(numbers)), len(numbers))
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert max(x for x, _ in cells) < 24 and not cells & places, f"{panel['title']} lies over another panel, or outside"
        places |= cells
        used = set(re.findall(r"\$\{?([a-z_]+)", json.dumps(panel))) - {"__rate_interval"}
        known(f"variables of {panel['title']}", used, variables)
        if panel["type"] != "row":
            assert panel["fieldConfig"]["defaults"].get("unit") or panel["type"] == "heatmap", f"{panel['title']} has no unit"
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            assert_exported(f"variable {variable['name']}", re.match(r"label_values\((.*), \w+\)$", variable["definition"]).group(1))


# The image.

@check
def the_dockerfile_copies_what_is_there_and_is_not_ignored():
    stages, _ = dockerfile()
    patterns = (ROOT / ".dockerignore").read_text().split()
    for stage, instructions in stages.items():
        for instruction, text in instructions:
            words = shlex.split(text)
            if instruction != "COPY":
                continue
            if words[0].startswith("--from="):
                assert words[0][len("--from="):] in stages, f"{stage}: {words[0]}"
                continue
            for source in words[:-1]:
                assert (ROOT / source).exists(), f"{stage} copies {source}, which is not there"
                top = source.split("/")[0]
                allowed = any(pathlib.PurePath(top).match(pattern[1:]) for pattern in patterns if pattern.startswith("!"))
                assert allowed, f"{stage} copies {source}, which .dockerignore leaves out"


@check
def an_image_runs_what_there_is_as_nobody_in_particular():
    for target in ("cpu", "cuda"):
        chain = final(target)
        users = [text for instruction, text in chain if instruction == "USER"]
        assert users and re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]), f"{target}: runs as {users}"
        known(f"{target}: environment", (name for name in environment(target) if name.startswith("GRADCAM_")), settings())
        ports = {int(value.rsplit(":", 1)[1]) for name, value in environment(target).items() if name in LISTENERS}
        exposed = {int(port.split("/")[0]) for instruction, text in chain if instruction == "EXPOSE" for port in text.split()}
        same(f"{target}: ports", exposed, ports)
        run_commands = {
            json.loads(text[text.index("["):])[2] if instruction == "HEALTHCHECK" else json.loads(text)[0]
            for instruction, text in chain if instruction in ("HEALTHCHECK", "CMD")
        }
        same(f"{target}: its commands", run_commands, {"health", "serve"})
        known(f"{target}: commands of gradcam", run_commands, commands())
        labels = {pair.split("=")[0] for instruction, text in chain if instruction == "LABEL" for pair in shlex.split(text)}
        assert "org.opencontainers.image.licenses" in labels, f"{target}: labels {labels}"
    stages, bases = dockerfile()
    same("a build without a target", bases[list(stages)[-1]], "cpu")


@check
def whatever_listens_beyond_loopback_says_how():
    """The image's servers do, and start only with TLS or with leave to go without."""
    containers = {"Compose": services()["gradcam"]["environment"]}
    for kind, spec in (("Deployment", objects()["Deployment"]["spec"]["template"]["spec"]), ("ServingRuntime", objects()["ServingRuntime"]["spec"])):
        containers[kind] = {variable["name"]: variable["value"] for variable in spec["containers"][0]["env"]}
    for name, variables in containers.items():
        has_tls = {"GRADCAM_TLS_CERTIFICATE", "GRADCAM_TLS_KEY"} <= variables.keys()
        assert has_tls or variables.get("GRADCAM_PLAINTEXT") == "anywhere", f"{name}: {variables}"
    for target in ("cpu", "cuda"):
        assert "GRADCAM_PLAINTEXT" not in environment(target), f"{target}: plaintext is not the image's to allow"


# Compose.

def services():
    return document(COMPOSE / "compose.yaml")["services"]


@check
def compose_takes_the_file():
    run("docker-compose", "--file", "compose/compose.yaml", "config", "--quiet")


@check
def compose_mounts_what_is_there_and_builds_a_stage_of_ours():
    for name, service in services().items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (COMPOSE / source).exists(), f"{name} mounts {source}, which is not there"
        if "build" in service:
            assert service["build"]["target"] in dockerfile()[0], f"{name}: {service['build']}"
        known(f"{name}: environment", (key for key in service.get("environment", {}) if key.startswith("GRADCAM_")), settings())
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} publishes {port} beyond this machine"
    ours = services()["gradcam"]
    grace, drain = int(ours["stop_grace_period"].rstrip("s")), int(ours["environment"]["GRADCAM_DRAIN_TIMEOUT"])
    assert grace > drain, f"killed after {grace} s, within the drain's {drain}"


@check
def envoy_prometheus_and_grafana_find_each_other():
    ports = {int(port) for port in services()["gradcam"]["expose"]}
    envoy = document(COMPOSE / "envoy.yaml")["static_resources"]
    clusters = {cluster["name"] for cluster in envoy["clusters"]}
    for cluster in envoy["clusters"]:
        for group in cluster["load_assignment"]["endpoints"]:
            for endpoint in group["lb_endpoints"]:
                address = endpoint["endpoint"]["address"]["socket_address"]
                assert address["address"] in services() and address["port_value"] in ports, f"Envoy calls {address}"
    manager = envoy["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    routes = [route for host in manager["route_config"]["virtual_hosts"] for route in host["routes"]]
    known("Envoy's routes", (route["route"]["cluster"] for route in routes), clusters)
    same("Envoy's last route", routes[-1]["match"], {"prefix": "/"})
    protos = "".join(path.read_text() for path in (ROOT / "protos/gradcam/v1").glob("*_service.proto"))
    streams = {
        f"/gradcam.v1.{service}/{method}"
        for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", protos, re.M | re.S)
        for method in re.findall(r"rpc (\w+)\(stream ", body)
    }
    assert streams, "no stream in the protos"
    for stream in streams:
        first = next(route for route in routes if stream == route["match"].get("path") or stream.startswith(route["match"].get("prefix", "?")))
        assert "retry_policy" not in first["route"], f"Envoy would ask again in the middle of {stream}"

    for job in document(DEPLOY / "prometheus/prometheus.yaml")["scrape_configs"]:
        for lookup in job.get("dns_sd_configs", []):
            assert set(lookup["names"]) <= set(services()) and lookup["port"] in ports, f"Prometheus looks up {lookup}"
        for target in (target for group in job.get("static_configs", []) for target in group["targets"]):
            assert target.split(":")[0] in services(), f"Prometheus scrapes {target}"
    source = document(COMPOSE / "grafana/datasources/prometheus.yaml")["datasources"][0]
    assert source["url"] == "http://prometheus:9090" and source["type"] == "prometheus", source
    folder = document(COMPOSE / "grafana/dashboards/gradcam.yaml")["providers"][0]["options"]["path"]
    assert any(volume.split(":")[1].startswith(folder) for volume in services()["grafana"]["volumes"]), f"no dashboard in {folder}"


# Kubernetes.

REQUIRED = {
    "Namespace": ("v1", ["metadata.name"]),
    "Service": ("v1", ["spec.selector", "spec.ports"]),
    "Deployment": ("apps/v1", ["spec.selector.matchLabels", "spec.template.metadata.labels", "spec.template.spec.containers"]),
    "HorizontalPodAutoscaler": ("autoscaling/v2", ["spec.scaleTargetRef", "spec.minReplicas", "spec.maxReplicas", "spec.metrics"]),
    "PodDisruptionBudget": ("policy/v1", ["spec.selector", "spec.maxUnavailable"]),
    "NetworkPolicy": ("networking.k8s.io/v1", ["spec.podSelector", "spec.policyTypes", "spec.ingress"]),
    "ServingRuntime": ("serving.kserve.io/v1alpha1", ["spec.supportedModelFormats", "spec.containers"]),
    "Kustomization": ("kustomize.config.k8s.io/v1beta1", ["namespace", "resources"]),
}


def objects():
    return {found["kind"]: found for path in sorted(KUBERNETES.glob("*.yaml")) for found in documents(path)}


@check
def every_object_of_kubernetes_has_its_version_and_fields():
    for kind, found in objects().items():
        version, fields = REQUIRED[kind]
        same(f"{kind}: apiVersion", found["apiVersion"], version)
        for field in fields:
            value = found
            for part in field.split("."):
                value = value.get(part)
                assert value is not None, f"{kind} lacks {field}"


@check
def the_kustomization_has_every_file():
    files = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml", "kserve.yaml"}
    same("resources", set(objects()["Kustomization"]["resources"]), files)


@check
def kustomize_takes_it():
    if shutil.which("kubectl") is None:
        raise Skipped("kubectl is not there")
    run("kubectl", "kustomize", KUBERNETES)


@check
def pods_may_do_nothing_and_are_found():
    pod = objects()["Deployment"]["spec"]["template"]
    labels = pod["metadata"]["labels"].items()
    for what, selector in {
        "Deployment": objects()["Deployment"]["spec"]["selector"]["matchLabels"],
        "Service": objects()["Service"]["spec"]["selector"],
        "PodDisruptionBudget": objects()["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        "NetworkPolicy": objects()["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    }.items():
        assert selector.items() <= labels, f"{what} selects no pod"
    same("the Service's address", objects()["Service"]["spec"]["clusterIP"], "None")
    same("who is scaled", objects()["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"], objects()["Deployment"]["metadata"]["name"])

    runtime = objects()["ServingRuntime"]["spec"]
    for container, outer in ((pod["spec"]["containers"][0], pod["spec"]["securityContext"]), (runtime["containers"][0], {})):
        context = outer | container["securityContext"]
        same("rights", context["capabilities"], {"drop": ["ALL"]})
        assert context["runAsNonRoot"] and context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"], context
        assert context["seccompProfile"]["type"] == "RuntimeDefault", context
        user = [text for instruction, text in final("cpu") if instruction == "USER"][-1].split(":")[0]
        same("the user", str(context["runAsUser"]), user)
        variables = {variable["name"]: variable["value"] for variable in container["env"]}
        known("environment", variables, settings())
        # The server divides the cores of its limit among its networks; a number set here would be one for each of them.
        assert "GRADCAM_THREADS" not in variables or "GRADCAM_INSTANCES" in variables, "threads are set without instances"


@check
def probes_and_policies_meet_the_servers_ports():
    grpc, http, metrics = (int(environment("cpu")[name].rsplit(":", 1)[1]) for name in LISTENERS)
    deployment = objects()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    names = {port["name"]: port["containerPort"] for port in deployment["ports"]}
    same("the pod's ports", names, {"grpc": grpc, "http": http, "metrics": metrics})
    for port in objects()["Service"]["spec"]["ports"]:
        same(f"the Service's {port['name']}", names[port["targetPort"]], port["port"])
    for rule in objects()["NetworkPolicy"]["spec"]["ingress"]:
        known("the policy's ports", (port["port"] for port in rule["ports"]), names)
    liveness = re.search(r'Liveness = "(\w+)"', (ROOT / "src/GradCamGrpc.Server/Hosting/ServingHealth.cs").read_text()).group(1)
    for container in (deployment, objects()["ServingRuntime"]["spec"]["containers"][0]):
        same("liveness", container["livenessProbe"]["grpc"], {"port": grpc, "service": liveness})
        same("readiness", container["readinessProbe"]["grpc"], {"port": grpc})


@check
def the_overlay_with_tls_mounts_what_it_names_and_asks_where_probes_are_answered():
    overlay = DEPLOY / "kubernetes-tls"
    kustomization = document(overlay / "kustomization.yaml")
    for name in [*kustomization["resources"], *(patch["path"] for patch in kustomization["patches"])]:
        assert (overlay / name).exists(), f"it names {name}, which is not there"
    spec = document(overlay / "deployment.yaml")["spec"]["template"]["spec"]
    container, volume = spec["containers"][0], spec["volumes"][0]
    known("environment", (variable["name"] for variable in container["env"]), settings())
    same("dropped", [variable["name"] for variable in container["env"] if variable.get("$patch") == "delete"], ["GRADCAM_PLAINTEXT"])
    (mount,) = container["volumeMounts"]
    files = {pathlib.PurePath(variable["value"]) for variable in container["env"] if "value" in variable}
    same("the files' folder", {str(file.parent) for file in files}, {mount["mountPath"]})
    same("the files", {file.name for file in files}, {"tls.crt", "tls.key", "ca.crt"})
    assert mount["name"] == volume["name"] and "subPath" not in mount, mount
    same("the Secret", volume["secret"]["secretName"], document(overlay / "certificate.yaml")["spec"]["secretName"])
    paths = re.findall(r'= "(/\w+)"', (ROOT / "src/GradCamGrpc.Server/Http/HealthPaths.cs").read_text())
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["scheme"] == "HTTPS" and asked["port"] == "metrics" and asked["path"] in paths, f"{probe}: {asked}"
    if shutil.which("kubectl") is not None:
        run("kubectl", "kustomize", overlay)


@check
def pods_have_the_time_to_drain():
    spec = objects()["Deployment"]["spec"]["template"]["spec"]
    container = spec["containers"][0]
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    drains = int(next(variable["value"] for variable in container["env"] if variable["name"] == "GRADCAM_DRAIN_TIMEOUT"))
    grace = spec["terminationGracePeriodSeconds"]
    assert grace >= waits + drains + 5, f"killed after {grace} s, within {waits} of waiting and {drains} of draining"


@check
def the_autoscaler_asks_for_a_metric_there_is():
    for metric in objects()["HorizontalPodAutoscaler"]["spec"]["metrics"]:
        if metric["type"] == "Pods":
            known("the metric", [metric["pods"]["metric"]["name"]], exported())


# HAProxy.

@check
def haproxy_takes_the_configuration():
    program = shutil.which("haproxy") or "/usr/sbin/haproxy"
    addresses = {"LISTEN": "127.0.0.1:50051", "SERVER_1": "127.0.0.1:50061", "SERVER_2": "127.0.0.1:50062"}
    run(program, "-c", "-q", "-f", "haproxy.cfg", env=addresses)


def main():
    passed, failed, skipped = 0, 0, 0
    for function in CHECKS:
        title = function.__name__.replace("_", " ")
        try:
            function()
            passed += 1
        except Skipped as reason:
            skipped += 1
            print(f"deploy: {title}: skipped, {reason}")
        except Exception as fault:  # A check that breaks has failed as well: the others go on.
            failed += 1
            print(f"deploy: {title}: {type(fault).__name__}: {fault}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


sys.exit(main())

"""The repository's manifests as they are applied."""

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]


def _kustomize(folder: Path) -> list[dict]:
    command = ["kubectl", "kustomize"] if shutil.which("kubectl") else ["kustomize", "build"]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{folder}: {done.stderr}")
    return list(yaml.safe_load_all(done.stdout))


@cache
def overlay(name: str) -> list[dict]:
    """An overlay as it is in git."""
    return _kustomize(ROOT / "istio/overlays" / name)


def with_weights(name: str, rewrite) -> list[dict]:
    """An overlay with another weights.yaml: what `rewrite` makes of its text. Ambient's is production's."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "istio"
        shutil.copytree(ROOT / "istio", copy)
        weights = copy / "overlays" / ("production" if name == "ambient" else name) / "weights.yaml"
        weights.write_text(rewrite(weights.read_text()))
        return _kustomize(copy / "overlays" / name)


@cache
def mesh_config() -> dict:
    """The mesh-wide settings that Istio is installed with."""
    return yaml.safe_load((ROOT / "istio/install/istiod.yaml").read_text())["meshConfig"]


def of_kind(resources: list[dict], kind: str, namespace: str | None = None) -> list[dict]:
    return [
        resource
        for resource in resources
        if resource["kind"] == kind and namespace in (None, resource["metadata"].get("namespace"))
    ]


def named(resources: list[dict], kind: str, name: str) -> dict:
    (found,) = [r for r in of_kind(resources, kind) if r["metadata"]["name"] == name]
    return found


# Every domain, by its pods of two tracks.
DOMAINS = tuple(
    rule["metadata"]["labels"]["mcommerce.dev/domain"]
    for rule in of_kind(overlay("production"), "DestinationRule", "mcommerce")
    if "subsets" in rule["spec"]
)

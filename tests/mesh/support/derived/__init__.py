"""Envoy's configuration from Istio's resources, as istiod would make it.

This covers what the repository uses and refuses the rest, so that nothing is tested by being left out. The rules are
those of pilot/pkg/networking/core in Istio 1.30; each is said where it is followed.
"""

from .clusters import clusters
from .listeners import ingress, sidecar

__all__ = ["clusters", "ingress", "sidecar"]

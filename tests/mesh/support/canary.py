"""The canary's program, which is not on the path."""

import importlib.util
import sys

from .rendered import ROOT

_spec = importlib.util.spec_from_file_location("canary", ROOT / "istio/components/canary/canary.py")
_module = importlib.util.module_from_spec(_spec)
sys.modules["canary"] = _module
_spec.loader.exec_module(_module)
globals().update({name: value for name, value in vars(_module).items() if not name.startswith("__")})

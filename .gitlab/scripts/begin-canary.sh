#!/usr/bin/env bash
# Gives the canaries of production a tag and their first share of the traffic, in the checkout it runs in. What follows
# is up to the canary's job (istio/components/canary).
#
#   begin-canary.sh TAG
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
if grep -q '^canary: *[1-9]' istio/overlays/production/weights.yaml; then
    echo "another canary is under way: wait for it, or end it with set-weights.sh production 0" >&2
    exit 1
fi
"$here/set-images.sh" production "$1" app-canary
"$here/set-weights.sh" production 5

#!/usr/bin/env bash
# Waits until ArgoCD has an Application synced to a commit (or a later one) and healthy, and finds it so for a while: the
# operator needs a moment to carry a SpinApp's new image into its Deployment, and until then the old one looks healthy.
#
#   await-argocd.sh APPLICATION REVISION
#
# ARGOCD_URL, and ARGOCD_TOKEN of the project's role `ci`. TIMEOUT and STEADY are seconds.
set -euo pipefail

application=$1 revision=$2
timeout=${TIMEOUT:-900} steady=${STEADY:-30} pause=${PAUSE:-5}

# Later commits take the place of ours before ArgoCD has seen it, so an ancestor will do.
holds_revision() {
    [ "$1" = "$revision" ] && return
    [ -n "$1" ] || return 1
    git merge-base --is-ancestor "$revision" "$1" 2>/dev/null && return
    git fetch --quiet origin "$CI_DEFAULT_BRANCH" 2>/dev/null || true
    git merge-base --is-ancestor "$revision" "$1" 2>/dev/null
}

ask() {
    curl --fail --silent --show-error --max-time 20 --header "Authorization: Bearer $ARGOCD_TOKEN" \
        "$ARGOCD_URL/api/v1/applications/$application?refresh=normal"
}

good_since='' last=''
deadline=$((SECONDS + timeout))
while [ $SECONDS -lt $deadline ]; do
    if answer=$(ask); then
        read -r sync health phase synced < <(
            jq -r '[.status.sync.status, .status.health.status, .status.operationState.phase, .status.sync.revision]
                   | map(. // "-") | join(" ")' <<< "$answer"
        )
        state="$sync, $health, last operation $phase, at ${synced:0:8}"
        if [ "$state" != "$last" ]; then
            echo "$application: $state"
            last=$state
        fi
        if [ "$sync" = Synced ] && [ "$health" = Healthy ] && [ "$phase" = Succeeded ] && holds_revision "$synced"; then
            good_since=${good_since:-$SECONDS}
            if [ $((SECONDS - good_since)) -ge "$steady" ]; then
                echo "$application runs ${revision:0:8}"
                exit 0
            fi
        else
            good_since=''
        fi
    fi
    sleep "$pause"
done

echo "$application did not come to run ${revision:0:8} within $timeout s" >&2
if [ -n "${answer:-}" ]; then
    jq -r '.status.resources[]? | select(.status != "Synced" or (.health.status // "Healthy") != "Healthy")
           | "  \(.kind) \(.namespace // "")/\(.name): \(.status), \(.health.status // "-"): \(.health.message // "")"' \
        <<< "$answer" >&2
    jq -r '.status.conditions[]? | "  \(.type): \(.message)"' <<< "$answer" >&2
fi
exit 1

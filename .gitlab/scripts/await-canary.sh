#!/usr/bin/env bash
# Waits until the canary's job (istio/components/canary) has made a tag stable, or has rolled it back. It tells in git.
#
#   await-canary.sh TAG
#
# TIMEOUT is in seconds. A canary that is neither good nor bad by then, for want of requests, stays as it is.
set -euo pipefail

tag=$1
timeout=${TIMEOUT:-21600} pause=${PAUSE:-30}
overlay=k8s/spinkube/overlays/production/kustomization.yaml
weights=istio/overlays/production/weights.yaml

stable_tag() {
    git show "FETCH_HEAD:$overlay" | awk '/^ *- name: .*\/app$/ { found = 1 } found && /newTag:/ { gsub(/"/, "", $2); print $2; exit }'
}
shares() {
    git show "FETCH_HEAD:$weights" | awk '/^  name: / { domain = $2 } /^canary: / { printf "%s %s  ", domain, $2 }'
}

last=''
deadline=$((SECONDS + timeout))
while [ $SECONDS -lt $deadline ]; do
    if git fetch --quiet --depth 1 origin "$CI_DEFAULT_BRANCH"; then
        stable=$(stable_tag) shares=$(shares)
        if [ "$stable $shares" != "$last" ]; then
            echo "stable is $stable; canary gets, in percent: $shares"
            last="$stable $shares"
        fi
        if ! [[ $shares =~ [1-9] ]]; then
            if [ "$stable" = "$tag" ]; then
                echo "$tag is stable"
                exit 0
            fi
            echo "$tag was rolled back; the commit that did it tells why:" >&2
            git --no-pager log -1 --format='%h %s%n%n%b' FETCH_HEAD -- "$weights" >&2
            exit 1
        fi
    fi
    sleep "$pause"
done
echo "no verdict within $timeout s; run this job again to go on waiting" >&2
exit 1

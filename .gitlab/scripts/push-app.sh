#!/usr/bin/env bash
# Pushes the Spin application, built before, as an OCI artifact under the commit's short hash. Writes APP_DIGEST to
# image.env.
set -euo pipefail

image=$CI_REGISTRY_IMAGE/app:$CI_COMMIT_SHORT_SHA
spin registry login --username "$CI_REGISTRY_USER" --password-stdin "$CI_REGISTRY" <<< "$CI_REGISTRY_PASSWORD"
spin registry push "$image" | tee push.log
digest=$(grep -oE 'sha256:[0-9a-f]{64}' push.log | tail -n 1)
echo "APP_DIGEST=$digest" | tee image.env

#!/bin/sh
# Builds an image with rootless BuildKit and pushes it under the commit's short hash.
#
#   build-image.sh NAME DOCKERFILE [CONTEXT=FOLDER...]
#
# A stage of the Dockerfile that is called like a CONTEXT is not built but taken from that folder.
# With TARGET set it ends at that stage. Writes <NAME>_DIGEST=sha256:… to image.env. With PUSH=false it is only built. Runs in BuildKit's own image, which has
# no bash. SOURCE_DATE_EPOCH, the commit's time, makes two builds of one commit alike.
# shellcheck disable=SC3040 # busybox has pipefail, as POSIX 2024 does
set -euo pipefail

name=$1 dockerfile=$2
shift 2
image=$CI_REGISTRY_IMAGE/$name
cache=$CI_REGISTRY_IMAGE/cache:$name

mkdir -p "$HOME/.docker"
auth=$(printf '%s:%s' "$CI_REGISTRY_USER" "$CI_REGISTRY_PASSWORD" | base64 | tr -d '\n')
printf '{"auths":{"%s":{"auth":"%s"}}}' "$CI_REGISTRY" "$auth" > "$HOME/.docker/config.json"

# Each context becomes its options, at the end of the list that it is taken from the front of.
for context in "$@"; do
    shift
    set -- "$@" --local "$context" --opt "context:${context%%=*}=local:${context%%=*}"
done
if [ -n "${TARGET:-}" ]; then set -- "$@" --opt "target=$TARGET"; fi
if [ "${PUSH:-true}" = true ]; then
    output="type=image,name=$image:${TAG:-$CI_COMMIT_SHORT_SHA},push=true,rewrite-timestamp=true"
    set -- "$@" --export-cache "type=registry,ref=$cache,mode=max"
else
    output=type=oci,dest=/dev/null
fi

buildctl-daemonless.sh build \
    --frontend dockerfile.v0 \
    --local context=. \
    --local "dockerfile=$(dirname "$dockerfile")" \
    --opt "filename=$(basename "$dockerfile")" \
    --opt "build-arg:SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" \
    --opt "build-arg:REVISION=$CI_COMMIT_SHA" \
    --opt attest:provenance=mode=max \
    --import-cache "type=registry,ref=$cache" "$@" \
    --output "$output" \
    --metadata-file metadata.json

if [ "${PUSH:-true}" = true ]; then
    digest=$(sed -n 's/.*"containerimage.digest": *"\(sha256:[0-9a-f]\{64\}\)".*/\1/p' metadata.json)
    if [ -z "$digest" ]; then
        echo "BuildKit told no digest" >&2
        exit 1
    fi
    echo "$(printf '%s' "$name" | tr 'a-z-' 'A-Z_')_DIGEST=$digest" | tee image.env
fi

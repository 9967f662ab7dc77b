#!/usr/bin/env bash
# Sets the tags of images in an environment's overlay, in the checkout it runs in.
#
#   set-images.sh ENVIRONMENT TAG IMAGE...
#
# IMAGE is app, app-canary, bridge or spin; the canary runs another tag of the same application.
set -euo pipefail

registry=registry.gitlab.com/mcommerce/mcommerce
environment=$1 tag=$2
shift 2

cd "k8s/spinkube/overlays/$environment"
for image in "$@"; do
    kustomize edit set image "$registry/$image=$registry/${image%-canary}:$tag"
done

#!/usr/bin/env bash
# Gives the images of a tagged commit the tag's name. Writes images.txt: image and digest a line.
set -euo pipefail

crane auth login "$CI_REGISTRY" --username "$CI_REGISTRY_USER" --password-stdin <<< "$CI_REGISTRY_PASSWORD"
for image in app bridge mcommerce spin; do
    crane tag "$CI_REGISTRY_IMAGE/$image:$CI_COMMIT_SHORT_SHA" "$CI_COMMIT_TAG"
    echo "$image $(crane digest "$CI_REGISTRY_IMAGE/$image:$CI_COMMIT_TAG")" | tee -a images.txt
done

#!/usr/bin/env bash
# Prints what a release holds: the commits since the release before, and the digests of what is shipped.
set -euo pipefail

before=$(git describe --tags --abbrev=0 --match 'v[0-9]*' "$CI_COMMIT_TAG^" 2>/dev/null || true)
echo "## Changes${before:+ since $before}"
echo
git log --no-merges --format='- %s (%h)' "${before:+$before..}$CI_COMMIT_TAG" | grep -v '^- deploy: ' || true
echo
echo "## Images"
echo
while read -r image digest; do
    echo "- \`$CI_REGISTRY_IMAGE/$image:$CI_COMMIT_TAG\` is \`$digest\`"
done < images.txt
echo
echo "Signed by this project's pipeline; \`docs/operations.md\` tells how to verify it."

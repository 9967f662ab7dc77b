#!/usr/bin/env bash
# Renders every kustomization that is applied to a cluster into rendered/, for the scanners: they read no kustomize.
set -euo pipefail

mkdir -p rendered
for folder in argocd k8s/*/overlays/*/ k8s/*/overlays/*/data/ istio/overlays/*/; do
    folder=${folder%/}
    if [ -f "$folder/kustomization.yaml" ]; then
        kubectl kustomize "$folder" > "rendered/${folder//\//-}.yaml"
        echo "$folder"
    fi
done

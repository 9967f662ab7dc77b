#!/usr/bin/env bash
# Writes a CycloneDX bill of materials for each thing that is shipped: sbom/app.json (functions and page),
# sbom/bridge.json, sbom/mcommerce.json.
set -euo pipefail

mkdir -p sbom/parts
name=sbom.cdx
trap 'find adapters functions tests xtask -name "$name.json" -delete' EXIT

# One file beside each Cargo.toml.
cargo cyclonedx --format json --spec-version 1.5 --target wasm32-wasip2 --override-filename "$name" --quiet
for endpoint in functions/*/*/; do
    endpoint=${endpoint%/}
    if [ "${endpoint##*/}" != model ] && [ "$endpoint" != functions/kit/kit ] && [ -f "$endpoint/$name.json" ]; then
        cp "$endpoint/$name.json" "sbom/parts/${endpoint##*/}.json"
    fi
done
cargo cyclonedx --format json --spec-version 1.5 --target x86_64-unknown-linux-gnu --override-filename "$name" --quiet
cp "adapters/bridge/$name.json" sbom/bridge.json
cp "adapters/mcommerce/$name.json" sbom/parts/mcommerce.json
(cd frontend && npx --yes @cyclonedx/cyclonedx-npm@6.0.1 --package-lock-only --omit dev --spec-version 1.5 --output-file ../sbom/parts/page.json)

# merge NAME PART...: one bill with each component once.
merge() {
    local subject=$1
    shift
    jq --slurp --arg name "$subject" --arg version "$CI_COMMIT_SHA" '{
        bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
        metadata: { component: { type: "application", "bom-ref": $name, name: $name, version: $version } },
        components: ([.[] | .metadata.component, .components[]?] | map(del(.components)) | unique_by(.purl // ."bom-ref")),
        dependencies: ([.[].dependencies[]?] | group_by(.ref)
            | map({ ref: .[0].ref, dependsOn: ([.[].dependsOn[]?] | unique) }))
    }' "$@"
}
program=sbom/parts/mcommerce.json
mapfile -t app < <(find sbom/parts -name '*.json' ! -path "$program" | sort)
merge mcommerce-app "${app[@]}" > sbom/app.json
merge mcommerce "${app[@]}" "$program" > sbom/mcommerce.json
rm -r sbom/parts

for file in sbom/*.json; do
    echo "$file: $(jq '.components | length' "$file") components"
done

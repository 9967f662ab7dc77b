#!/usr/bin/env bash
# Signs what this pipeline pushed, by digest and without a key: cosign shows Fulcio the job's identity (SIGSTORE_ID_TOKEN),
# and the signature is in Rekor's log.
#
#   sign.sh            signs app, bridge, mcommerce and spin
#   sign.sh attest     attests their bills of materials
#   sign.sh verify TAG checks the signatures of a tag
set -euo pipefail

images=(app bridge mcommerce spin)
action=${1:-sign}
cosign login "$CI_REGISTRY" --username "$CI_REGISTRY_USER" --password-stdin <<< "$CI_REGISTRY_PASSWORD"

for image in "${images[@]}"; do
    digest="${image^^}_DIGEST"
    case $action in
        sign)
            cosign sign --yes --annotations "commit=$CI_COMMIT_SHA" "$CI_REGISTRY_IMAGE/$image@${!digest}"
            ;;
        attest)
            # Of spin, which is Spin's own image with an entrypoint, Spin's makers tell what is in it.
            [ -f "sbom/$image.json" ] || continue
            cosign attest --yes --type cyclonedx --predicate "sbom/$image.json" "$CI_REGISTRY_IMAGE/$image@${!digest}"
            ;;
        verify)
            # Only the default branch's pipeline of this project may have signed it.
            cosign verify --output text \
                --certificate-oidc-issuer "$CI_SERVER_URL" \
                --certificate-identity "$CI_PROJECT_URL//.gitlab-ci.yml@refs/heads/$CI_DEFAULT_BRANCH" \
                "$CI_REGISTRY_IMAGE/$image:$2" > /dev/null
            echo "$image:$2 is signed"
            ;;
        *)
            echo "sign.sh knows no $action" >&2
            exit 2
            ;;
    esac
done

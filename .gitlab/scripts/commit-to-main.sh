#!/usr/bin/env bash
# Commits what a command changes to the default branch, on top of whatever is there by now. It is how CI deploys: ArgoCD
# reads the same branch.
#
#   commit-to-main.sh TITLE COMMAND [ARGUMENT...]
#
# The command runs in a fresh checkout. The commit says [skip ci], by which DORA figures too know it for no change of its
# own. Writes REVISION=<commit> to revision.env for the jobs that wait for it. The push is made with the job's own token: Settings, CI/CD, Job token permissions, «Allow Git push requests to the
# repository»; whoever started the job must be allowed to push to the branch.
set -euo pipefail

title=$1
shift
origin=${ORIGIN:-"https://gitlab-ci-token:${CI_JOB_TOKEN}@${CI_SERVER_FQDN}/${CI_PROJECT_PATH}.git"}
here=$PWD
checkout=$(mktemp -d)
trap 'rm -rf "$checkout"' EXIT

git clone --quiet --depth 1 --branch "$CI_DEFAULT_BRANCH" "$origin" "$checkout"
cd "$checkout"
git config user.name "${GITLAB_USER_NAME:-Mcommerce CI}"
git config user.email "${GITLAB_USER_EMAIL:-ci@mcommerce.example}"

for attempt in 1 2 3 4 5; do
    "$@"
    if git diff --quiet; then
        echo "nothing to change: the default branch says so already"
        break
    fi
    git --no-pager diff --unified=0
    git commit --quiet --all --message "$title" --message "[skip ci]" --trailer "Deployed-by: ${CI_JOB_URL:-hand}"
    if git push --quiet origin "HEAD:$CI_DEFAULT_BRANCH"; then
        break
    fi
    if [ "$attempt" = 5 ]; then
        echo "the default branch moved at every attempt, or the push is not allowed" >&2
        exit 1
    fi
    # Somebody else was faster: their state is the one to change.
    git fetch --quiet --depth 1 origin "$CI_DEFAULT_BRANCH"
    git reset --quiet --hard FETCH_HEAD
done

echo "REVISION=$(git rev-parse HEAD)" | tee "$here/revision.env"

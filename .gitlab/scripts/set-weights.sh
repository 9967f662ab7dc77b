#!/usr/bin/env bash
# Sets how much of each domain's traffic goes to its canary, in the checkout it runs in.
#
#   set-weights.sh ENVIRONMENT PERCENT [DOMAIN...]
#
# Without a domain it is every one.
set -euo pipefail

environment=$1 percent=$2
shift 2
if ! [[ $percent =~ ^[0-9]+$ ]] || [ "$percent" -gt 100 ]; then
    echo "a percentage is from 0 to 100, not $percent" >&2
    exit 2
fi

file=istio/overlays/$environment/weights.yaml
awk -v domains="$*" -v canary="$percent" '
    BEGIN { count = split(domains, listed, " "); for (i = 1; i <= count; i++) wanted[listed[i]] = 1 }
    /^  name: / { domain = $2; seen[domain] = 1 }
    /^(stable|canary): / && (count == 0 || domain in wanted) {
        print $1, ($1 == "canary:" ? canary : 100 - canary)
        next
    }
    { print }
    END { for (domain in wanted) if (!(domain in seen)) { print "no domain " domain > "/dev/stderr"; exit 1 } }
' "$file" > "$file.new"
mv "$file.new" "$file"

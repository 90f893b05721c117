#!/usr/bin/env bash
# Build the documentation as pages of HTML: tools/docs.sh [FOLDER]. Anything that is wrong, such as a
# link that leads nowhere or a page that is in no menu, is an error. Needs the group docs:
#
#     uv run --all-extras --group docs tools/docs.sh build/site
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-build/site}
trees=$(mktemp -d)
trap 'rm -rf "$trees"' EXIT
python -m sphinx --quiet --fail-on-warning --keep-going --jobs 2 \
    --conf-dir docs/site --doctree-dir "$trees" --builder html . "$folder"
python tools/site.py "$folder"

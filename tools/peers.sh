#!/usr/bin/env bash
# Installs servers of others that tests talk to, into the folder that is given; needs npm.
# The tests find them by RXVOICE_PEERS, and are skipped without.
set -euo pipefail
npm install --prefix "$1" --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
    "@copilotkit/aimock@1"

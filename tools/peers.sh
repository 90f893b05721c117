#!/usr/bin/env bash
# Installs servers and clients of others that tests talk to, into the folder that is given; needs npm.
# The tests find them by RXVOICE_PEERS, and are skipped without.
set -euo pipefail
npm install --prefix "$1" --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
    "@copilotkit/aimock@1" \
    "@pipecat-ai/client-js@1" "@pipecat-ai/websocket-transport@1" "@pipecat-ai/small-webrtc-transport@1" \
    "@roamhq/wrtc@0.10" \
    "esbuild@>=0.25 <1" \
    "axe-core@4"

# A client that speaks version 1.0 of the protocol.
npm install --prefix "$1/rtvi-1" --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
    "@pipecat-ai/client-js@1.2.0" "@pipecat-ai/websocket-transport@1.2.0"

# Pipecat's evaluation runner, without what its command line has for other purposes.
if command -v uv > /dev/null; then
    uv venv --quiet --clear "$1/pipecat"
    uv pip install --quiet --python "$1/pipecat/bin/python" \
        "pipecat-ai[websockets-base]>=1.14,<2" typer rich jinja2 questionary

    # What the benchmarks are tried with, beside Pipecat.
    uv venv --quiet --clear "$1/livekit"
    uv pip install --quiet --python "$1/livekit/bin/python" "livekit-agents>=1.8,<2"
fi

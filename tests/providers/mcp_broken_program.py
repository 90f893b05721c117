"""A server, written by hand, that is started as a program and misbehaves on purpose.

It writes what is no JSON before each answer, and ends in the midst of the answer to a call. The
description of its tool is the id of its process.
"""

import json
import os
import sys
from typing import Any

SCHEMA: dict[str, Any] = {"type": "object", "properties": {}}
RESULTS: dict[str, Any] = {
    "initialize": {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "broken", "version": "1"},
    },
    "tools/list": {
        "tools": [{"name": "half", "description": str(os.getpid()), "inputSchema": SCHEMA}]
    },
}

for line in sys.stdin:
    message = json.loads(line)
    method, number = message["method"], message.get("id")
    if number is None:
        continue
    if method == "tools/call":
        sys.stdout.write('{"jsonrpc": "2.0", "id": ')
        sys.stdout.flush()
        sys.exit(3)
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": number}
    if method in RESULTS:
        answer["result"] = RESULTS[method]
    else:
        answer["error"] = {"code": -32601, "message": "unknown"}
    sys.stdout.write("starting up, please wait\n{\n")
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()

# An agent as a container:
#
#     docker build -t my-agent .
#     docker run --rm -p 7860:7860 -v "$PWD/agent.py:/srv/agent.py:ro" my-agent agent.py
#
# Without a file it serves the agent of `rxvoice demo`, whose models it then fetches at its first
# start; a volume at /models keeps them.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 rxvoice && mkdir -p /models && chown rxvoice /models
COPY pyproject.toml README.md LICENSE NOTICE /src/
COPY rxvoice /src/rxvoice
RUN pip install --no-cache-dir "/src[local,openai,webrtc,livekit]"

USER rxvoice
WORKDIR /srv
ENV RXVOICE_CACHE=/models PYTHONUNBUFFERED=1
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/health')"]
ENTRYPOINT ["rxvoice", "serve", "--host", "0.0.0.0", "--port", "7860", "--verbose"]

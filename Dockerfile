# The server as a container. The same steps as on a machine (scripts/setup.sh), the same command (voiceforge serve).
#
#   docker build -t voiceforge .
#   docker run --network host -v voiceforge:/data voiceforge
#
# Everything binds to 127.0.0.1 until told otherwise, so with host networking it is reached from the host alone.
# To be reached from outside (docs/operations.md, "Docker"):
#   -e VOICEFORGE_SIP__HOST=0.0.0.0 -e VOICEFORGE_SIP__PUBLIC_HOST=ADDRESS
#   -e VOICEFORGE_HTTP__HOST=0.0.0.0 -e ADMIN_TOKEN=LONG_RANDOM_TEXT     (refuses to start without the token)

FROM node:24-bookworm-slim AS console
WORKDIR /app/console
COPY console/package.json console/package-lock.json ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY clients/typescript/src ../clients/typescript/src
COPY console ./
RUN npm run build

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
# First what changes rarely: the locked packages.
COPY requirements.lock requirements-nodeps.lock requirements-build.lock ./
COPY scripts/setup.sh scripts/
RUN scripts/setup.sh packages
COPY pyproject.toml README.md LICENSE schema.sql ./
COPY migrations migrations
COPY mediaserver mediaserver
COPY pipelines pipelines
COPY sip sip
COPY callers callers
COPY webrtc webrtc
COPY providers providers
COPY api api
COPY cli cli
COPY examples examples
COPY --from=console /app/api/static/console api/static/console
RUN scripts/setup.sh runtime && .venv/bin/python -m compileall -q mediaserver pipelines sip webrtc providers callers api cli && rm -rf build

FROM python:3.11-slim-bookworm
# PostgreSQL refuses to run as root and wants its user to have a name (10001 has one).
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin voiceforge \
    && install -d -o voiceforge -g voiceforge -m 0711 /data
COPY --from=build /app /app
WORKDIR /app
USER 10001
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 VOICEFORGE_DATA=/data
VOLUME /data
EXPOSE 8080/tcp 5060/udp 5060/tcp 10000-19999/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('VOICEFORGE_HTTP__PORT', '8080') + '/api/health', timeout=2)"]
ENTRYPOINT ["voiceforge"]
CMD ["serve"]

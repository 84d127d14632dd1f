# A host of engines' workers: `voiceforge engines serve`, and, as the target `ray`, a node of a Ray cluster.
#
#   docker build -f deploy/docker/engines.Dockerfile --build-arg ENGINES="faster-whisper kokoro" -t voiceforge-engines .
#   docker build -f deploy/docker/engines.Dockerfile --target ray -t voiceforge-ray .
#
# ENGINES: what `voiceforge engines install` makes environments for, from their hashed lock files. DEVICE: cuda or cpu.
# CUDA's libraries come with those packages; of the machine the image wants the driver and NVIDIA's container toolkit.
# Weights are no part of it: mount a folder with an `engines pull` at /engines/weights.

ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /app
COPY requirements.lock requirements-nodeps.lock requirements-build.lock ./
COPY scripts/setup.sh scripts/
RUN scripts/setup.sh packages
COPY pyproject.toml README.md LICENSE schema.sql ./
COPY migrations migrations
COPY mediaserver mediaserver
COPY pipelines pipelines
COPY sip sip
COPY callers callers
COPY api api
COPY cli cli
COPY examples examples
RUN scripts/setup.sh runtime && rm -rf build

FROM build AS environments
ARG ENGINES=""
ARG DEVICE=cuda
ENV VOICEFORGE_ENGINES__HOME=/engines
RUN mkdir -p /engines/environments /engines/weights \
    && for engine in ${ENGINES}; do .venv/bin/voiceforge engines install "${engine}" --device "${DEVICE}" || exit 1; done

FROM build AS ray-packages
RUN python -m venv /ray && /ray/bin/pip install --no-cache-dir --require-hashes -r pipelines/engines/locks/ray.lock

FROM python:${PYTHON} AS host
RUN useradd --system --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin voiceforge
COPY --from=build /app /app
COPY --from=environments --chown=voiceforge:voiceforge /engines /engines
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 VOICEFORGE_DATA=/data VOICEFORGE_ENGINES__HOME=/engines \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility

# A node of a Ray cluster. KubeRay says how it is started; probes are its own.
FROM host AS ray
COPY --from=ray-packages /ray /ray
COPY deploy/ray_serve.py deploy/ray_serve.py
ENV PATH=/ray/bin:$PATH PYTHONPATH=/app RAY_USAGE_STATS_ENABLED=0
USER 10001
ENTRYPOINT []
CMD ["ray", "start", "--head", "--block", "--dashboard-host", "127.0.0.1", "--disable-usage-stats"]

# The last one is what `docker build` makes.
FROM host AS serve
USER 10001
EXPOSE 8090/tcp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8090/health', timeout=2)"]
ENTRYPOINT ["voiceforge", "engines", "serve"]
CMD ["pocketsphinx", "espeak-ng"]

# The image of the Prime Math API. `scripts/build-image` builds it and says what it is; whatever
# builds Dockerfiles can.

# 1. The page in the browser.
FROM node:22-trixie-slim AS explorer
WORKDIR /src/explorer
COPY explorer/package.json explorer/package-lock.json explorer/.npmrc ./
RUN npm ci --silent
COPY explorer/ ./
RUN npm run --silent build

# 2. The environment: locked dependencies, of which each has a wheel, and the project's own wheel.
FROM python:3.13-slim-trixie AS environment
# One commit makes one image: the wheel's times are the commit's, and sets are in one order.
ARG SOURCE_DATE_EPOCH
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONHASHSEED=0 \
    SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH}"
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -qq --no-install-recommends binutils >/dev/null \
    && python3 -m venv /opt/pip && python3 -m venv --without-pip /opt/primeql
# With what sends traces, if that is wanted.
COPY requirements-image.lock /src/
# 43 MB of the wheels are symbols for debuggers. Libraries that wheels bundle (*.libs) have been
# relinked: strip would break them.
RUN /opt/pip/bin/pip --python /opt/primeql install --quiet --no-deps --no-compile \
        --require-hashes --only-binary=:all: --requirement /src/requirements-image.lock \
    && find /opt/primeql -name '*.so' -not -path '*.libs/*' -exec strip --strip-debug {} +
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY engine/ engine/
COPY resolvers/ resolvers/
COPY schema/ schema/
COPY execution/ execution/
COPY middleware/ middleware/
COPY primeql/ primeql/
COPY --from=explorer /src/primeql/explorer_static/ primeql/explorer_static/
# The lock holds what builds the wheel, too; the service needs neither that nor libraries' own tests.
RUN /opt/pip/bin/pip --python /opt/primeql install --quiet --no-deps --no-compile \
        --no-build-isolation . \
    && /opt/pip/bin/pip --python /opt/primeql check \
    && /opt/pip/bin/pip --python /opt/primeql uninstall --quiet --yes \
        editables hatchling pathspec pluggy tomlkit trove-classifiers \
    && find /opt/primeql -type d -name tests -prune -exec rm -r {} + \
    && find /opt/primeql -type d -name __pycache__ -prune -exec rm -r {} + \
    && /opt/primeql/bin/python -m compileall -q -j 1 --invalidation-mode unchecked-hash \
        /opt/primeql/lib

# 3. What runs: no compiler, no pip of its own, nothing to write to.
FROM python:3.13-slim-trixie
ARG VERSION
ARG REVISION
ARG CREATED
ARG SOURCE
LABEL org.opencontainers.image.title="Prime Math API" \
      org.opencontainers.image.description="One GraphQL endpoint for integers and primes" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=environment /opt/primeql /opt/primeql
# One thread for each task: the workers are the parallelism.
ENV PATH=/opt/primeql/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1 \
    PRIMEQL_HOST=0.0.0.0 \
    PRIMEQL_PORT=8000 \
    PRIMEQL_METRICS_HOST=0.0.0.0 \
    PRIMEQL_METRICS_PORT=9464 \
    PRIMEQL_MAX_HANG_SECONDS=30 \
    REVISION="${REVISION}"
USER 10001:10001
EXPOSE 8000 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["primeql", "health"]
ENTRYPOINT ["primeql"]
CMD ["serve"]

ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock ./
# Every wheel is checked against the hashes of the lock file; the two steps below install from /wheels only.
RUN pip wheel --require-hashes --requirement requirements.lock --wheel-dir /wheels
COPY pyproject.toml setup.cfg README.md ./
COPY shop shop
# The lock file includes the test tools. Installing only the package leaves them and pip out.
# hadolint ignore=DL3013  # The only version in /wheels is the locked one.
RUN pip install --no-index --find-links /wheels setuptools \
    && pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-index --find-links /wheels shop

FROM python:${PYTHON}
# pip compiled the bytecode above. The root file system may be read-only, so no bytecode is written at run time.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SHOP_BIND=0.0.0.0:8000 \
    SHOP_VAR=/tmp/var
COPY --from=build /opt/venv /opt/venv
# Empty and not writable: the service reads `.env` from its working directory, and none is there.
WORKDIR /srv/shop
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
ENTRYPOINT ["flask", "shop"]
CMD ["web"]

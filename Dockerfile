# The operator's image. Every stage starts from the same pinned Python; what is installed is pinned by hash.
ARG PYTHON_VERSION=3.14.7
ARG BASE=python:${PYTHON_VERSION}-slim-trixie

FROM ${BASE} AS wheel
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY requirements/dev.txt requirements/
RUN pip install --quiet --require-hashes --constraint requirements/dev.txt hatchling
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels .

FROM ${BASE} AS environment
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv --without-pip /opt/agentrun-operator
COPY requirements/run.txt /tmp/
RUN pip --python /opt/agentrun-operator/bin/python install --quiet --no-compile --require-hashes --requirement /tmp/run.txt
COPY --from=wheel /wheels /tmp/wheels
RUN pip --python /opt/agentrun-operator/bin/python install --quiet --no-compile --no-deps /tmp/wheels/*.whl
# Compiled here, since the root file system is read-only later; checked by nothing, since it never changes.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/agentrun-operator/lib

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="agentrun-operator" \
      org.opencontainers.image.description="Kubernetes operator for the endpoints of Alibaba Cloud AgentRun" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# USER is a name for whoever asks for one: a numeric user has none, and looking it up would fail.
ENV PATH=/opt/agentrun-operator/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    USER=agentrun-operator
COPY --from=environment /opt/agentrun-operator /opt/agentrun-operator
USER 65532:65532
WORKDIR /
EXPOSE 8080
ENTRYPOINT ["agentrun-operator"]
CMD ["run"]

# The operator's image. Every stage starts from the same Python; everything that is installed is pinned by hash.
#
# Another image with Python ≥ 3.11 as `python`, with pip and venv, takes the place of `base` as a build context of that name;
# a release gives the one below with its digest. For the labels: VERSION REVISION CREATED SOURCE.
#
# A pip.conf, for a package mirror, may be given as the build secret `pip.conf`; it enters no layer.
FROM python:3.14.7-slim-trixie AS base

FROM base AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY deploy/image/build.txt requirements/run.txt /pinned/
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv /tools \
 && /tools/bin/pip install --quiet --require-hashes --only-binary=:all: --requirement /pinned/build.txt
# One dependency is published as source alone. It is built here by the pinned tools, and nothing is fetched for that;
# were another one to come as source, this fails and tells so.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    /tools/bin/pip wheel --quiet --require-hashes --only-binary=:all: --no-binary=alibabacloud-tea --no-build-isolation \
      --requirement /pinned/run.txt --wheel-dir /wheels
COPY pyproject.toml README.md LICENSE /source/
COPY src /source/src
# What plays and tests does not enter the wheel, nor does the plugin, a person's tool beside kubectl. Were one of these to move,
# this fails and tells so; the two commands stay, to say that they are not here.
RUN cd /source/src/agentrun_operator && rm -r controlplane emulator plugin cli/playground/[!_]* \
 && /tools/bin/pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir /wheels /source
# Compiled here, since the root file system is read-only later; checked by nothing, since it never changes. The thousands
# of models of the Kubernetes client, which are loaded when used and are not, stay as they are.
RUN python -m venv --without-pip /opt/agentrun-operator \
 && /tools/bin/pip --python /opt/agentrun-operator/bin/python install --quiet --no-index --no-deps --no-compile /wheels/*.whl \
 && python -m compileall -q --invalidation-mode unchecked-hash -x 'kubernetes/.*/(api|models)/' /opt/agentrun-operator/lib \
 && rm /opt/agentrun-operator/bin/kubectl*agentrun

FROM base
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=https://github.com/agentrun-operator/agentrun-operator
LABEL org.opencontainers.image.title="agentrun-operator" \
      org.opencontainers.image.description="Kubernetes operator for the endpoints of Alibaba Cloud AgentRun" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
# A numeric user has neither a name nor a home, and looking them up would fail.
ENV PATH=/opt/agentrun-operator/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    USER=agentrun-operator \
    HOME=/
COPY --from=build /opt/agentrun-operator /opt/agentrun-operator
USER 65532:65532
WORKDIR /
EXPOSE 8080
ENTRYPOINT ["agentrun-operator"]
CMD ["run"]

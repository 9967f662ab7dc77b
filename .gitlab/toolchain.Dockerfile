# What most jobs run in, so that they don't spend their first minute installing it. CI builds it anew when this file or
# rust-toolchain.toml changes; its tag is TOOLCHAIN in .gitlab-ci.yml.
ARG RUST=1.95.0
ARG NODE=20

FROM node:${NODE}-bookworm-slim AS node

FROM rust:${RUST}-bookworm AS cargo-tools
RUN cargo install --locked --root /opt/cargo-tools \
        cargo-audit@0.22.2 cargo-cyclonedx@0.5.9 cargo-deny@0.20.2

FROM rust:${RUST}-bookworm
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ARG KUBECTL=1.36.1
ARG SPIN=4.1.0

# RabbitMQ, Chromium and promtool (of prometheus) are for the tests, which start their own (tests/services, tests/browser).
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium jq lua5.1 prometheus python3-pip python3-venv rabbitmq-server rsync shellcheck \
    && rm -rf /var/lib/apt/lists/*
RUN rustup component add clippy rustfmt && rustup target add wasm32-wasip2

COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
COPY --from=cargo-tools /opt/cargo-tools/bin/ /usr/local/cargo/bin/

RUN curl -fsSLo /usr/local/bin/kubectl "https://dl.k8s.io/release/v${KUBECTL}/bin/linux/amd64/kubectl" \
    && echo "$(curl -fsSL "https://dl.k8s.io/release/v${KUBECTL}/bin/linux/amd64/kubectl.sha256")  /usr/local/bin/kubectl" \
        | sha256sum --check --quiet \
    && chmod +x /usr/local/bin/kubectl
RUN curl -fsSL "https://github.com/spinframework/spin/releases/download/v${SPIN}/spin-v${SPIN}-linux-amd64.tar.gz" \
        | tar -xz -C /usr/local/bin spin \
    && spin --version

# Jobs run as somebody, in a checkout that GitLab's helper made as root and left open to all.
RUN useradd --uid 1000 --create-home ci && git config --system --add safe.directory '*'
USER 1000:1000

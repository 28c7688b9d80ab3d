# The executables, built inside the official Swift image: deploy/compose-prepare.sh --in-container. The context is the checkout.
ARG SWIFT_IMAGE=swift:6.3-bookworm
FROM $SWIFT_IMAGE
WORKDIR /source
COPY deploy/lib deploy/lib
RUN bash -euc 'for part in say packages; do . deploy/lib/$part.sh; done; packages_to_build' && rm -rf /var/lib/apt/lists/*
COPY Package.swift ./
COPY Libraries Libraries
COPY Services Services
COPY Tests Tests
RUN bash -euc 'root=/source STATE=/tmp; mkdir -p /tmp/run; for part in say packages build services; do . deploy/lib/$part.sh; done; \
    products=($(service_names) egovctl); build_release; mkdir /program; for product in "${products[@]}"; do cp "$bin/$product" /program/; done'

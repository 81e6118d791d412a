# GradCamGrpc in a container:
#   docker build --target cpu  --tag gradcam .
#   docker build --target cuda --tag gradcam:cuda .
# deploy/check.sh --image carries it out; docs/operating.md tells how to run it.
ARG DOTNET_VERSION=10.0

# Programs are compiled for x64 Linux, for which there is a libtorch.
FROM mcr.microsoft.com/dotnet/sdk:${DOTNET_VERSION} AS sources
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /source
COPY Directory.Build.props Directory.Build.targets Directory.Packages.props global.json .editorconfig ./
COPY build/GradCamGrpc.NativePatch build/GradCamGrpc.NativePatch
COPY protos protos
COPY models models
COPY src src
# What the server's assembly holds beside its own files.
COPY docs/openapi.json docs/openapi.json
COPY tests/photos/chelsea.png tests/photos/chelsea.png

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_VERSION} AS runtime
LABEL org.opencontainers.image.title="GradCamGrpc" \
      org.opencontainers.image.description="A gRPC server that predicts and explains photos" \
      org.opencontainers.image.licenses="Apache-2.0"

# Beyond loopback, since only what the container's ports publish is reached. Such a server starts with TLS (GRADCAM_TLS_CERTIFICATE and
# GRADCAM_TLS_KEY), or where somebody says that it needs none (GRADCAM_PLAINTEXT=anywhere): the image does not say so for them.
# The root file system may be read-only: nothing is written, once the runtime's debugging socket is off. A folder of models mounted at
# /models is served with GRADCAM_MODELS=/models.
ENV GRADCAM_LISTEN=0.0.0.0:50051 \
    GRADCAM_HTTP=0.0.0.0:8000 \
    GRADCAM_METRICS=0.0.0.0:9464 \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_NOLOGO=1
EXPOSE 50051/tcp 8000/tcp 9464/tcp
WORKDIR /app

# Decode JPEG files sooner, and give networks their buffers. Distributions have several names for them.
RUN apt-get update \
    && { apt-get install --yes --no-install-recommends libturbojpeg0 || apt-get install --yes --no-install-recommends libturbojpeg; } \
    && { apt-get install --yes --no-install-recommends libtcmalloc-minimal4 || apt-get install --yes --no-install-recommends libtcmalloc-minimal4t64; } \
    && rm -rf /var/lib/apt/lists/*

# The user "app" of the base image, as a number: Kubernetes' runAsNonRoot cannot judge a name.
USER 1654:1654
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["dotnet", "/app/gradcam.dll", "health"]
ENTRYPOINT ["dotnet", "/app/gradcam.dll"]
CMD ["serve"]

# Each flavour is published apart, so that neither downloads the other's libtorch. --no-self-contained: the runtime is the base image's.
# ReadyToRun: compiled beforehand, since the health check is a program that starts every few seconds beside the server.
FROM sources AS publish-cpu
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/GradCamGrpc.Cli --configuration Release --runtime linux-x64 --no-self-contained --output /app -p:LibTorch=cpu \
    -p:PublishReadyToRun=true -p:DebugType=none

FROM runtime AS cpu
COPY --from=publish-cpu /app /app

FROM sources AS publish-cuda
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/GradCamGrpc.Cli --configuration Release --runtime linux-x64 --no-self-contained --output /app -p:LibTorch=cuda \
    -p:PublishReadyToRun=true -p:DebugType=none

# NVIDIA's container toolkit mounts the driver; CUDA's libraries come with libtorch.
FROM runtime AS cuda
ENV GRADCAM_DEVICE=cuda \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=publish-cuda /app /app

# The last stage is what a build without a target makes.
FROM cpu AS default

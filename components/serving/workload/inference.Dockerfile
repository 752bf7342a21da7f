# The model server, by SageMaker's contract: `/ping` and `/invocations` on 8080, the model in /opt/ml/model; of a collection of
# models, which the last label says that it takes, also `/models`. SageMaker starts it with the argument `serve`.
# Context: the checkout. NODE takes a digest beside the tag: docs/images.md.
ARG NODE=24-bookworm-slim

FROM public.ecr.aws/docker/library/node:${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY components ./components
RUN node_modules/.bin/esbuild components/serving/workload/inference-main.ts \
      --bundle --platform=node --target=node24 --format=cjs --minify --legal-comments=none \
      --external:@duckdb/* --outfile=out/index.cjs

FROM public.ecr.aws/docker/library/node:${NODE}
# The last label is SageMaker's, which no other image has.
# hadolint ignore=DL3050
LABEL org.opencontainers.image.title="Meridian model server" \
      org.opencontainers.image.licenses="Apache-2.0" \
      com.amazonaws.sagemaker.capabilities.multi-models="true"
WORKDIR /app
COPY --from=build /src/out/index.cjs ./
ENV NODE_ENV=production PORT=8080
# `node` of the image, by number: Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=2s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/ping').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "index.cjs"]

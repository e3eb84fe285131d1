# The images of Tenon: `docker build --target api .`, likewise `worker` and `code-runner`.
# Not built here: the project's tests lint this file, they build no images.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /tenon
COPY . .
RUN npm ci && npx nx run-many -t build -p @tenon/api,@tenon/console,@tenon/cli,@tenon/backup,@tenon/worker,@tenon/code-runner
# An install of one process needs the manifests of all workspaces and none of their sources.
RUN mkdir /manifests \
  && find . -name node_modules -prune -o -path ./dist -prune -o -name package.json -print0 \
  | xargs -0 cp --parents --target-directory=/manifests \
  && cp package-lock.json .npmrc /manifests/

FROM node:24.21.0-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /tenon
COPY --from=build /manifests ./
RUN mkdir /data && chown node:node /data

FROM base AS api
# with the console, the command line and what it makes backups with
RUN npm ci --omit=dev --workspace apps/api --workspace apps/cli --workspace apps/backup
COPY --from=build /tenon/dist/apps/api dist/apps/api
COPY --from=build /tenon/dist/apps/console dist/apps/console
COPY --from=build /tenon/dist/apps/cli dist/apps/cli
COPY --from=build /tenon/dist/apps/backup dist/apps/backup
COPY --chmod=755 deploy/tenon.sh /usr/local/bin/tenon
COPY examples examples
USER node
EXPOSE 4180
HEALTHCHECK --interval=5s --start-period=60s --retries=12 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4180/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENV TENON_API_HEAP_MB=768
CMD ["/bin/sh", "-c", "exec node --enable-source-maps --max-old-space-size=$TENON_API_HEAP_MB dist/apps/api/main.js"]

FROM base AS worker
RUN npm ci --omit=dev --workspace temporal/worker
COPY --from=build /tenon/dist/temporal/worker dist/temporal/worker
USER node
ENV TENON_WORKER_HEAP_MB=1024
CMD ["/bin/sh", "-c", "exec node --enable-source-maps --max-old-space-size=$TENON_WORKER_HEAP_MB dist/temporal/worker/main.js"]

FROM base AS code-runner
RUN npm ci --omit=dev --workspace apps/code-runner
COPY --from=build /tenon/dist/apps/code-runner dist/apps/code-runner
USER node
ENV TENON_CODE_RUNNER_HEAP_MB=256
CMD ["/bin/sh", "-c", "exec node --enable-source-maps --max-old-space-size=$TENON_CODE_RUNNER_HEAP_MB dist/apps/code-runner/main.js"]

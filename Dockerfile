FROM oven/bun:1.4.5-slim AS dependencies
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./

FROM dependencies AS production
# What a compiler and a debugger read of the packages is two thirds of them; the server reads none of it.
RUN bun install --frozen-lockfile --ignore-scripts --production --omit=optional \
  && rm -rf node_modules/typescript node_modules/@typescript node_modules/bun-types node_modules/@types node_modules/.bin/tsc node_modules/zod/src \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM dependencies AS page
RUN bun install --frozen-lockfile --ignore-scripts
COPY . .
RUN bun run build

FROM oven/bun:1.4.5-slim
LABEL org.opencontainers.image.title="Adstock" \
  org.opencontainers.image.description="A product inventory, two years of Google Ads, and the bridge between them" \
  org.opencontainers.image.licenses="MIT"
WORKDIR /app
RUN mkdir -p /data && chown 1000:1000 /data
# What changes least comes first: a new version of the server sends a megabyte and not the packages.
COPY --from=production /app/node_modules node_modules
COPY package.json .bun-version LICENSE ./
COPY scripts/adstock scripts/with-bun scripts/
COPY db db
COPY --from=page /app/client/dist client/dist
COPY server server
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=3000 \
  DATABASE_URL=file:/data/adstock.db \
  ADS_DIR=/data/ads \
  ADS_REPORTS_FOLDER=/data/reports \
  BACKUP_DIR=/data/backups \
  LOG_FORMAT=json \
  BUN_RUNTIME_TRANSPILER_CACHE_PATH=0
# By number, so that a cluster which admits no root can tell.
USER 1000:1000
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["bun", "-e", "process.exit((await fetch(`http://127.0.0.1:${process.env.PORT}/readyz`)).ok ? 0 : 1)"]
# It replaces itself by the server, which so gets the signal, and drains.
ENTRYPOINT ["./scripts/adstock"]
CMD ["serve"]

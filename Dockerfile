FROM oven/bun:1.4.5-slim AS build
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --ignore-scripts
COPY . .
RUN bun run build && rm -rf node_modules && bun install --frozen-lockfile --ignore-scripts --production

FROM oven/bun:1.4.5-slim
WORKDIR /app
COPY --from=build --chown=bun:bun /app .
RUN mkdir data && chown bun:bun data
USER bun
VOLUME /app/data
ENV LOG_FORMAT=json
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s CMD ["bun", "-e", "const r = await fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/readyz`); process.exit(r.ok ? 0 : 1)"]
# Exec form: the server itself gets SIGTERM, and drains.
CMD ["bun", "server/main.ts"]

/** The documents of the settings, made from what reads them. */
import { SECRETS } from '#server/settings.ts'
import { settingGroups as groups } from '#server/settings-list.ts'

export const settingNames = [
  ...groups.flatMap(({ settings }) => settings.map(({ name }) => name)),
  ...SECRETS.map((name) => `${name}_FILE`),
]

export function settingsPage(): string {
  const tables = groups.map(({ title, settings }) => {
    const rows = settings.map(
      ({ name, fallback, description }) =>
        `| \`${name}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${description} |`,
    )
    return `## ${title}\n\n| variable | default | what it is |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return `# Settings

Environment variables, checked whole before anything is opened: every mistake is named in one message, exit 2. An empty one is not set. This page and [\`.env.example\`](../.env.example) are made from [\`settings.ts\`](settings.ts) by \`./scripts/with-bun bun scripts/lab/settings/main.ts\`.

${SECRETS.map((name) => `\`${name}\``).join(', ')} may also be files: \`ADMIN_KEY_FILE=/run/secrets/admin-key\` reads that one, without the space and line ends behind it. \`compose.yaml\` mounts \`./secrets\` at \`/run/secrets\`; the server's user, 1000, must be able to read them.

${tables.join('\n')}`
}

export function envExample(): string {
  const parts = groups.map(({ title, settings }) => {
    const lines = settings.map(
      ({ name, fallback = '', description }) =>
        `# ${description.replaceAll('`', '')}\n#${name}=${/[\s#]/.test(fallback) ? `'${fallback}'` : fallback}`,
    )
    return `## ${title}\n\n${lines.join('\n')}\n`
  })
  const compose =
    '## Compose\n\n# of the PostgreSQL in the profile scale, which does not start without one\n#POSTGRES_PASSWORD=\n'
  return `# Copied to .env, this is read by \`docker compose\`, and by Bun on its own. What has a # before it is the default.\n# See server/SETTINGS.md.\n\n${[...parts, compose].join('\n')}`
}

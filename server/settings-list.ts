/** The settings as a reader sees them: each with its default and what it is for, and what holds in this process. */
import * as v from 'valibot'
import { redacted } from '#server/platform/redact.ts'
import { SECRETS, SETTING_GROUPS } from './settings.ts'

export interface Setting {
  name: string
  /** Undefined where there is none. */
  fallback: string | undefined
  description: string
}

export interface SettingInForce {
  name: string
  group: string
  description: string
  /** Null for a secret, and where nothing holds. */
  value: string | null
  isSet: boolean
  isSecret: boolean
}

type Schema = v.GenericSchema & { default?: unknown; pipe?: readonly [v.GenericSchema, ...unknown[]] }

function fallbackOf({ default: fallback, pipe }: Schema): string | undefined {
  if (pipe) return fallbackOf(pipe[0])
  return typeof fallback === 'string' && fallback !== '' ? fallback : undefined
}

export const settingGroups = Object.entries(SETTING_GROUPS).map(([title, settings]) => ({
  title,
  settings: Object.entries(settings).map(([name, schema]): Setting => ({
    name,
    fallback: fallbackOf(schema),
    description: v.getDescription(schema) ?? '',
  })),
}))

/**
 * @param set as they were given
 * @param decided what is made of those that were left out and have no fixed default
 */
export function settingsInForce(
  set: Readonly<Record<string, string | undefined>>,
  decided: Readonly<Record<string, string>>,
): SettingInForce[] {
  const secrets: ReadonlySet<string> = new Set(SECRETS)
  return settingGroups.flatMap(({ title, settings }) =>
    settings.map(({ name, fallback, description }) => {
      const isSecret = secrets.has(name)
      const value = set[name] ?? decided[name] ?? fallback
      return {
        name,
        group: title,
        description,
        value: isSecret || value === undefined ? null : redacted(value),
        isSet: set[name] !== undefined,
        isSecret,
      }
    }),
  )
}

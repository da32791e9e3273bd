import pino from 'pino'
import pretty from 'pino-pretty'
import { redacted } from './redact.ts'

export type Logger = pino.Logger

export interface LogOptions {
  level: string
  format: 'pretty' | 'json'
}

/**
 * Logs go to stderr: stdout belongs to a command's result.
 * @param base what is in each line
 */
export function createLogger({ level, format }: LogOptions, base: object | null = null): Logger {
  const destination =
    format === 'pretty'
      ? pretty({
          destination: 2,
          sync: true,
          colorize: true,
          ignore: 'pid,hostname',
          translateTime: 'HH:MM:ss',
        })
      : pino.destination({ dest: 2, sync: true })
  const hooks = { streamWrite: redacted }
  return pino({ level, timestamp: pino.stdTimeFunctions.isoTime, base, hooks }, destination)
}

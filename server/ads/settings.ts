/**
 * Whether the variables of Google are a whole set and spelt right. Half a set must never mean that made-up figures are
 * stored, so one variable of Google is enough to make Google the source.
 */
import { nearestName } from '#server/nearest-name.ts'
import type { GoogleAdsOptions } from './options.ts'

const PREFIX = 'GOOGLE_ADS_'

/** Read by Google's own client libraries, and without a meaning here. */
const OF_GOOGLES_LIBRARIES = [
  'CONFIGURATION_FILE_PATH',
  'HTTP_PROXY',
  'LINKED_CUSTOMER_ID',
  'LOGGING',
  'USE_APPLICATION_DEFAULT_CREDENTIALS',
  'USE_CLOUD_ORG_FOR_API_ACCESS',
  'USE_PROTO_PLUS',
].map((name) => `${PREFIX}${name}`)

/** In a name such as `ADS_DIR` more would be another word. */
const MAX_TYPOS = 2

export interface SettingMistake {
  name: string
  detail: string
}

export function namesGoogle(names: readonly string[]): boolean {
  return names.some(isGoogles)
}

/** @param known the names that are read */
export function misspeltSettings(names: readonly string[], known: readonly string[]): SettingMistake[] {
  const ours = known.filter((name) => /^(GOOGLE|ADS)_/.test(name))
  const accepted = new Set([...known, ...OF_GOOGLES_LIBRARIES])
  return (
    names
      // An environment has dozens of other names; one of ours is rarely wrong in its first letter.
      .filter((name) => /^[AG]/i.test(name) && !accepted.has(name))
      .flatMap((name) => {
        const nearest = nearestName(name.toUpperCase(), ours, isGoogles(name) ? undefined : MAX_TYPOS)
        if (nearest !== undefined) return { name, detail: `is not a setting; did you mean ${nearest}?` }
        return isGoogles(name) ? { name, detail: `is not a setting; there are ${ours.join(', ')}` } : []
      })
  )
}

function isGoogles(name: string): boolean {
  return name.toUpperCase().startsWith(PREFIX)
}

type SignIn = Pick<
  GoogleAdsOptions,
  'clientId' | 'clientSecret' | 'refreshToken' | 'keyFilePath' | 'impersonatedEmail'
> & { customerIds: readonly unknown[] }

export function missingSettings(google: SignIn): string[] {
  const ofRefreshToken = {
    GOOGLE_ADS_CLIENT_ID: google.clientId,
    GOOGLE_ADS_CLIENT_SECRET: google.clientSecret,
    GOOGLE_ADS_REFRESH_TOKEN: google.refreshToken,
  }
  const usesKeyFile = google.keyFilePath !== undefined
  const signIn = usesKeyFile
    ? []
    : Object.entries(ofRefreshToken).flatMap(([name, value]) => (value === undefined ? [name] : []))
  const isImpersonating = google.impersonatedEmail !== undefined
  return [
    ...signIn,
    ...(isImpersonating && !usesKeyFile ? ['GOOGLE_ADS_JSON_KEY_FILE_PATH'] : []),
    ...(google.customerIds.length > 0 ? [] : ['GOOGLE_ADS_CUSTOMER_ID']),
  ]
}

export const WHOLE_SET =
  'Google Ads needs GOOGLE_ADS_CLIENT_ID, GOOGLE_ADS_CLIENT_SECRET and GOOGLE_ADS_REFRESH_TOKEN (or GOOGLE_ADS_JSON_KEY_FILE_PATH instead of the three), and GOOGLE_ADS_CUSTOMER_ID (or --customer). Demo figures are for when no GOOGLE_ADS_… is set, or for ADS_SOURCE=demo.'

/** Which versions of the API there are, and when each is expected to go dark. */

/**
 * The months of Google's own timetable, https://developers.google.com/google-ads/api/docs/sunset-dates, which may move
 * them; the day is announced some weeks before.
 */
const EXPECTED_END: Readonly<Record<string, string>> = {
  v23: '2027-02',
  v24: '2027-05',
  v25: '2027-08',
  v26: '2027-11',
}
const NEWEST = 'v26'
const WARNED_MONTHS_BEFORE = 3

/** In plain words, what there is to know of a version that is past or near its end. @param today `YYYY-MM-DD` */
export function versionNotice(version: string, today: string): string | undefined {
  if (numberOf(version) > numberOf(NEWEST)) return undefined
  const end = EXPECTED_END[version]
  const advice = `set GOOGLE_ADS_API_VERSION, the newest that is known here is ${NEWEST}`
  const month = Temporal.PlainYearMonth.from(today.slice(0, 7))
  if (end === undefined || month.toString() > end)
    return `Version ${version} of the Google Ads API is probably gone: ${advice}.`
  const isNear = month.add({ months: WARNED_MONTHS_BEFORE }).toString() >= end
  return isNear
    ? `Version ${version} of the Google Ads API is expected to end in ${end}: ${advice}.`
    : undefined
}

function numberOf(version: string): number {
  return Number(version.slice(1))
}

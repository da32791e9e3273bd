/**
 * What Google's refusals mean, and what to do: above all those of a first run. Names and meanings are those of
 * Google's error protos (v26) and of its OAuth documentation.
 */

interface Advice {
  means: string
  remedy: string
}

const API_ACCESS =
  'https://developers.google.com/google-ads/api/docs/api-policy/access-levels tells how to apply.'
const ADMIN_SESSIONS = 'https://support.google.com/a/answer/9368756'

/** By the value of a GoogleAdsFailure's error, or the reason of an ErrorInfo. */
const OF_REFUSALS: Readonly<Record<string, Advice>> = {
  CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION: {
    means: 'The Cloud project of these credentials may only use test accounts',
    remedy: `Apply for Explorer, Basic or Standard access for that project. ${API_ACCESS}`,
  },
  CLOUD_PROJECT_NOT_UNDER_ORGANIZATION: {
    means: 'The Cloud project is not part of the organization that Google asks for',
    remedy:
      'Move the project into the organization in the Google Cloud console, or use a project that is in it.',
  },
  PROJECT_DISABLED: {
    means: 'The Cloud project of these credentials has no permission to use the Google Ads API',
    remedy: 'Open the project in the Google Cloud console and see whether it is suspended or shut down.',
  },
  SERVICE_DISABLED: {
    means: 'The Google Ads API is not enabled in the Cloud project of these credentials',
    remedy:
      'Enable "Google Ads API" under APIs & Services in the Google Cloud console, then wait a few minutes.',
  },
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: {
    means: 'The sign-in was granted without the scope https://www.googleapis.com/auth/adwords',
    remedy: 'Create a new GOOGLE_ADS_REFRESH_TOKEN, and grant that scope on the consent screen.',
  },
  DEVELOPER_TOKEN_NOT_APPROVED: {
    means: 'The developer token is approved for test accounts only',
    remedy: `Leave GOOGLE_ADS_DEVELOPER_TOKEN out, and apply for access for the Cloud project. ${API_ACCESS}`,
  },
  DEVELOPER_TOKEN_PROHIBITED: {
    means: 'The developer token belongs to another Cloud project than the credentials',
    remedy: 'Leave GOOGLE_ADS_DEVELOPER_TOKEN out, or use the project with which the token was first used.',
  },
  DEVELOPER_TOKEN_NOT_ON_ALLOWLIST: {
    means: 'The developer token is not allowed here',
    remedy: `Leave GOOGLE_ADS_DEVELOPER_TOKEN out: access belongs to the Cloud project. ${API_ACCESS}`,
  },
  DEVELOPER_TOKEN_INVALID: {
    means: 'The developer token is not valid',
    remedy:
      'Leave GOOGLE_ADS_DEVELOPER_TOKEN out, or copy it anew from the API Center of the manager account.',
  },
  CUSTOMER_NOT_ENABLED: {
    means: 'The account is closed, or was never fully opened',
    remedy:
      'Take it out of GOOGLE_ADS_CUSTOMER_ID, or open it again at https://ads.google.com; what is stored of it stays.',
  },
  CUSTOMER_NOT_FOUND: {
    means: 'There is no account with this number',
    remedy: 'Compare GOOGLE_ADS_CUSTOMER_ID with the number at the top right of https://ads.google.com.',
  },
  INVALID_CUSTOMER_ID: {
    means: 'The number is not that of an account',
    remedy: 'Compare GOOGLE_ADS_CUSTOMER_ID with the number at the top right of https://ads.google.com.',
  },
  USER_PERMISSION_DENIED: {
    means: 'This sign-in does not reach the account',
    remedy:
      'Set GOOGLE_ADS_LOGIN_CUSTOMER_ID to the manager account through which it is reached; where it is reached directly, leave that out and give the signed-in user access to the account.',
  },
  INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION: {
    means: 'GOOGLE_ADS_LOGIN_CUSTOMER_ID is no manager of this account',
    remedy: 'Set it to the manager account that the account is linked to, or leave it out.',
  },
  INVALID_LOGIN_CUSTOMER_ID: {
    means: 'GOOGLE_ADS_LOGIN_CUSTOMER_ID is not the number of an account',
    remedy: 'Set it to the ten digits of the manager account, or leave it out.',
  },
  NOT_ADS_USER: {
    means: 'The Google account that signed in is a user of no Google Ads account',
    remedy:
      'Sign in with the account that is used at https://ads.google.com, and create a new GOOGLE_ADS_REFRESH_TOKEN with it.',
  },
  GOOGLE_ACCOUNT_DELETED: {
    means: 'The Google account that signed in was deleted',
    remedy: 'Create a new GOOGLE_ADS_REFRESH_TOKEN with another one.',
  },
  TWO_STEP_VERIFICATION_NOT_ENROLLED: {
    means: 'The account asks for 2-step verification, and the signed-in user has none',
    remedy: 'Turn it on at https://myaccount.google.com/security, and create a new GOOGLE_ADS_REFRESH_TOKEN.',
  },
  ADVANCED_PROTECTION_NOT_ENROLLED: {
    means: 'The account asks for the Advanced Protection Program, and the signed-in user is not in it',
    remedy:
      'Enrol at https://landing.google.com/advancedprotection, and create a new GOOGLE_ADS_REFRESH_TOKEN.',
  },
  MISSING_TOS: {
    means: 'The terms of the Google Ads API were not accepted',
    remedy: 'Accept them at https://ads.google.com/aw/apicenter.',
  },
  INCOMPLETE_SIGNUP: {
    means: 'The account was never fully opened',
    remedy: 'Finish its sign-up at https://ads.google.com.',
  },
  ACCESS_DENIED_FOR_ACCOUNT_TYPE: {
    means: "The account belongs to another of Google's ads systems",
    remedy: 'Set GOOGLE_ADS_CUSTOMER_ID to the number of a Google Ads account.',
  },
  OAUTH_TOKEN_INVALID: {
    means: 'Google does not accept the access token, even after it was renewed',
    remedy: 'Check that GOOGLE_OAUTH_ENDPOINT and GOOGLE_ADS_ENDPOINT belong together.',
  },
  REQUESTED_METRICS_FOR_MANAGER: {
    means: 'The account manages others and has no figures of its own',
    remedy: 'Name the accounts below it, or the manager alone: then its accounts are found by themselves.',
  },
}

const NEW_TOKEN = 'create a new GOOGLE_ADS_REFRESH_TOKEN'

/** By the token endpoint's `error_subtype` or `error`, for a person's refresh token. */
const OF_REFRESH_TOKENS: Readonly<Record<string, Advice>> = {
  invalid_grant: {
    means:
      'The refresh token has ended: usually because the consent screen is in "Testing", which ends it after 7 days; because it was unused for 6 months; or because access was revoked',
    remedy: `Publish the app under Google Auth Platform in the Cloud console, then ${NEW_TOKEN}.`,
  },
  invalid_rapt: {
    means: 'The Workspace of this user asks for signing in again, as often as its administrator has set',
    remedy: `A new token would end as soon. Let the administrator trust this app, so that the session length does not apply (${ADMIN_SESSIONS}), or use a service account (GOOGLE_ADS_JSON_KEY_FILE_PATH).`,
  },
  unauthorized_client: {
    means: 'The refresh token was made for another OAuth client than GOOGLE_ADS_CLIENT_ID',
    remedy: `Set the client with which the token was made, or ${NEW_TOKEN} with this one.`,
  },
  invalid_client: {
    means: 'There is no such OAuth client, or its secret is another one',
    remedy:
      'Copy GOOGLE_ADS_CLIENT_ID and GOOGLE_ADS_CLIENT_SECRET anew from APIs & Services > Credentials in the Google Cloud console.',
  },
  deleted_client: {
    means: 'The OAuth client was deleted',
    remedy: `Restore it, or make another one in the Google Cloud console, and ${NEW_TOKEN} with it.`,
  },
  disabled_client: {
    means: 'The OAuth client was disabled',
    remedy: 'Enable it in the Google Cloud console; Google names the reason there.',
  },
  org_internal: {
    means: 'The OAuth client is for users of its own organization only',
    remedy: `Sign in with a user of that organization, or make the app external, and ${NEW_TOKEN}.`,
  },
  admin_policy_enforced: {
    means: 'The administrator of this Workspace does not let this app use the scope',
    remedy: 'Let the administrator allow it under Security > API controls in the Admin console.',
  },
  invalid_scope: {
    means: 'The scope that was asked for is not one of this client',
    remedy: `Add https://www.googleapis.com/auth/adwords to the app's scopes, and ${NEW_TOKEN}.`,
  },
}

/** The same for a service account's key. */
const OF_SERVICE_ACCOUNTS: Readonly<Record<string, Advice>> = {
  invalid_grant: {
    means:
      'The key is not accepted: it was deleted, it is of another endpoint, or the clock of this machine is wrong',
    remedy: 'Compare the clock; else make a new key for the service account in the Google Cloud console.',
  },
  unauthorized_client: {
    means: 'The Workspace does not let this service account act for GOOGLE_ADS_IMPERSONATED_EMAIL',
    remedy:
      'Add its client ID with the scope https://www.googleapis.com/auth/adwords under Domain-wide delegation in the Admin console; or leave the address out, and add the service account as a user of the Google Ads account.',
  },
  invalid_client: {
    means: 'There is no such service account',
    remedy: 'See in the Google Cloud console whether it was deleted or disabled.',
  },
}

/** @param names the most telling first */
export function adviceOnRefusal(names: readonly string[]): string | undefined {
  return firstOf(names, OF_REFUSALS)
}

/** @param names `error_subtype`, then `error` */
export function adviceOnSignIn(names: readonly string[], kind: 'refresh-token' | 'service-account'): string {
  const table = kind === 'service-account' ? OF_SERVICE_ACCOUNTS : OF_REFRESH_TOKENS
  return firstOf(names, table) ?? 'Check the GOOGLE_ADS_… variables with which this signs in.'
}

function firstOf(names: readonly string[], table: Readonly<Record<string, Advice>>): string | undefined {
  const advice = names.map((name) => table[name]).find((found) => found !== undefined)
  return advice && `${advice.means}. ${advice.remedy}`
}

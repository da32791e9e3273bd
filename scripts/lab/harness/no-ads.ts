/** An ads source that gives up at once, so that a server under test does nothing beside its products. */
export async function fetchData(): Promise<never> {
  throw Object.assign(new Error('There are no ads here.'), { name: 'OAuthError' })
}

/** For tests that install packages: whether npm's registry answers. @returns why it does not */
export async function registryRefusal(
  env: Record<string, string | undefined> = Bun.env,
): Promise<string | undefined> {
  const asked = await Bun.$`npm view bun version --fetch-retries=0 --fetch-timeout=10000`
    .env(env)
    .nothrow()
    .quiet()
  return asked.exitCode === 0 ? undefined : asked.stderr.toString().trim()
}

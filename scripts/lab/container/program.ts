/** Programs of the system, run to their end. */

/** @returns what it wrote. @throws Error with what it complained of */
export async function run(program: string, parameters: readonly string[]): Promise<string> {
  const child = Bun.spawn([program, ...parameters], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [written, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if ((await child.exited) !== 0)
    throw new Error(`${program} ${parameters.slice(0, 2).join(' ')} failed: ${said.slice(-2_000)}`)
  return written.trim()
}

export function need(...programs: readonly string[]): void {
  const missing = programs.filter((program) => !Bun.which(program))
  if (missing.length > 0)
    throw new Error(`Missing: ${missing.join(', ')}. Install the packages of these names.`)
}

/**
 * An image's file system with a process in it, as an engine would start it: the image's user, command and environment,
 * no privilege, nothing to write to but a volume and /tmp.
 */
import { chown, mkdir } from 'node:fs/promises'
import { run } from './program.ts'

export interface Container extends AsyncDisposable {
  config: ImageConfig
  /** The image's own command, or another one. */
  start(
    environment: Record<string, string>,
    command?: readonly string[],
  ): Bun.Subprocess<'ignore', 'pipe', 'pipe'>
}

export interface ImageConfig {
  User: string
  Env: string[]
  Cmd: string[]
  Entrypoint: string[] | null
  WorkingDir: string
  StopSignal: string
  Volumes: Record<string, unknown>
  Labels: Record<string, string>
  Healthcheck: { Test: string[] }
}

/** In a mount namespace of its own, so that nothing is left behind. `$1` is the file system, `$2` the volume. */
const ENTER = `set -e
root=$1 volume=$2 user=$3 folder=$4
shift 4
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --bind "$volume" "$root/data"
mount -t tmpfs -o nosuid,nodev tmpfs "$root/tmp"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
exec setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid \
  chroot --userspec="$user" --groups= "$root" env --chdir="$folder" -i "$@"`

export async function openContainer(image: string, volume: string): Promise<Container> {
  const name = await run('buildah', ['from', '--pull-never', image])
  const inspected = JSON.parse(await run('buildah', ['inspect', '--type', 'image', image])) as {
    Docker: { config: ImageConfig }
  }
  const { config } = inspected.Docker
  const root = await run('buildah', ['mount', name])
  const [uid = '', gid = uid] = config.User.split(':')
  await mkdir(volume, { recursive: true })
  // As an engine does with a new volume.
  await chown(volume, Number(uid), Number(gid))
  const started: ReturnType<Container['start']>[] = []
  return {
    config,
    start: (environment, command = [...(config.Entrypoint ?? []), ...config.Cmd]) => {
      const given = Object.entries(environment).map(([key, value]) => `${key}=${value}`)
      const enter = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh']
      const inside = [root, volume, config.User, config.WorkingDir, ...config.Env, ...given, ...command]
      const program = Bun.spawn([...enter, ...inside], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
      started.push(program)
      return program
    },
    async [Symbol.asyncDispose]() {
      // Some run still when what they were tried with went wrong.
      for (const program of started) {
        program.kill('SIGKILL')
        await program.exited
      }
      await run('buildah', ['rm', name])
    },
  }
}

/** To which of the servers on a port the kernel gives new connections (Linux, socket(7)). */
import { ptr } from 'bun:ffi'
import { readdirSync } from 'node:fs'
import { libc } from '#db/libc.ts'

const SOL_SOCKET = 1
const SO_ATTACH_REUSEPORT_CBPF = 51
const SO_DETACH_REUSEPORT_BPF = 68
/** Of Berkeley packet filters (linux/filter.h): codes, and a field that the kernel fills. */
const [LOAD_FIELD, REMAINDER, SKIP_IF_LESS, ADD, RETURN_RESULT] = [0x20, 0x94, 0x35, 0x04, 0x16]
const RANDOM = 0xff_ff_f0_00 + 56
const INSTRUCTION_BYTES = 8

/**
 * To all but one, at random. Sockets are numbered from 0 in the order in which they were bound; the last one takes the
 * number of one that is closed. Without new ones a socket's queue runs empty, and it can be closed without resetting any.
 */
export function keepNewConnectionsFrom(leaving: number, sockets: number): void {
  const filter = instructions([
    [LOAD_FIELD, 0, RANDOM],
    [REMAINDER, 0, sockets - 1],
    // From its number on, each is one further.
    [SKIP_IF_LESS, 1, leaving],
    [ADD, 0, 1],
    [RETURN_RESULT, 0, 0],
  ])
  const program = new DataView(new ArrayBuffer(16))
  program.setUint16(0, filter.byteLength / INSTRUCTION_BYTES, true)
  program.setBigUint64(8, BigInt(ptr(filter)), true)
  setOnListener(SO_ATTACH_REUSEPORT_CBPF, program)
}

/** By the hash of their addresses, as without a filter. */
export function spreadNewConnections(): void {
  setOnListener(SO_DETACH_REUSEPORT_BPF, new DataView(new ArrayBuffer(4)))
}

/** @param all code, how many to skip, operand */
function instructions(all: readonly (readonly [number, number, number])[]): DataView<ArrayBuffer> {
  const filter = new DataView(new ArrayBuffer(all.length * INSTRUCTION_BYTES))
  for (const [index, [code, skip, operand]] of all.entries()) {
    const at = index * INSTRUCTION_BYTES
    filter.setUint16(at, code, true)
    filter.setUint8(at + 3, skip)
    filter.setUint32(at + 4, operand, true)
  }
  return filter
}

/** Bun does not tell which descriptor listens; the kernel refuses the option on every other. */
function setOnListener(option: number, value: DataView<ArrayBuffer>): void {
  const functions = libc({ setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' } })
  // Without it a connection may be reset that comes as a socket is closed.
  if (!functions) return
  for (const name of readdirSync('/proc/self/fd'))
    functions.setsockopt(Number(name), SOL_SOCKET, option, ptr(value), value.byteLength)
}

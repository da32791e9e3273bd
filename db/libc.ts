import { dlopen, type FFIFunction, type Library } from 'bun:ffi'

/** Of glibc, of musl, of macOS. */
const LIBRARIES = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1', 'libSystem.B.dylib']

/** Functions of the C library that Bun has no words for; undefined on a system that lacks them. */
export function libc<Functions extends Record<string, FFIFunction>>(
  functions: Functions,
): Library<Functions>['symbols'] | undefined {
  for (const library of LIBRARIES) {
    try {
      return dlopen(library, functions).symbols
    } catch {
      // Of another system.
    }
  }
  return undefined
}

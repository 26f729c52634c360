import { dlopen, getRawPointer } from 'node:ffi'

/** What POSIX names so (poll.h); the same on all systems that Node runs on. */
const POLLIN = 1
const POLLOUT = 4
/** What Linux names so (asm/socket.h), on all machines that Node runs on. */
const SOL_SOCKET = 1
const SO_RCVLOWAT = 18
const INT_BYTES = 4
/** The fields of struct pollfd. */
const EVENTS_AT = 4
/** More than struct pollfd needs: short arrays lie in memory of V8, which moves. */
const MEMORY_BYTES = 4096

/** The calls on descriptors that Node does not have. */
export interface CarrySystem {
  /** Another descriptor of the same socket, which lives on its own. Undefined when there is none to be had. */
  duplicate(file: number): number | undefined
  /** Blocks until the socket can be read or written, or has failed, or the time is over: only for threads of their own. */
  wait(file: number, what: 'read' | 'write', ms: number): void
  /** Does not call a socket readable before so many bytes are there, where the system knows that: Linux does. */
  wakeAt(file: number, bytes: number): void
}

/** Opens the C library that this process runs with. @throws Error where Node cannot */
export function carrySystem(): CarrySystem {
  const { functions } = dlopen(null, {
    dup: { arguments: ['i32'], return: 'i32' },
    poll: { arguments: ['u64', 'u64', 'i32'], return: 'i32' },
    setsockopt: { arguments: ['i32', 'i32', 'i32', 'u64', 'u32'], return: 'i32' },
  })
  const call = functions as unknown as Record<'dup' | 'poll' | 'setsockopt', (...args: unknown[]) => number>
  const memory = Buffer.alloc(MEMORY_BYTES)
  return {
    duplicate(file) {
      const copy = call.dup(file)
      return copy < 0 ? undefined : copy
    },
    wait(file, what, ms) {
      memory.writeInt32LE(file, 0)
      memory.writeInt32LE(what === 'read' ? POLLIN : POLLOUT, EVENTS_AT)
      call.poll(getRawPointer(memory), 1n, ms)
    },
    wakeAt(file, bytes) {
      if (process.platform !== 'linux') return
      memory.writeInt32LE(bytes, 0)
      // A hint, which may fail.
      call.setsockopt(file, SOL_SOCKET, SO_RCVLOWAT, getRawPointer(memory), INT_BYTES)
    },
  }
}

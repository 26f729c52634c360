import { dlopen, getInt32, getRawPointer } from 'node:ffi'

/** What Linux names so (linux/if_tun.h, linux/if.h, linux/sockios.h); the same on all machines that Node runs on. */
const TUNSETIFF = 0x400454ca
const TUNSETOFFLOAD = 0x400454d0
const IFF_TAP = 2
const IFF_NO_PI = 0x1000
const IFF_VNET_HDR = 0x4000
const CSUM_TSO4_TSO6 = 7
const SIOCGIFFLAGS = 0x8913
const SIOCSIFFLAGS = 0x8914
const SIOCSIFADDR = 0x8916
const SIOCGIFINDEX = 0x8933
const SIOCSIFNETMASK = 0x891c
const SIOCSIFMTU = 0x8922
const SIOCSIFHWADDR = 0x8924
const IFF_UP = 1
const AF_INET = 2
const AF_INET6 = 10
const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const ARPHRD_ETHER = 1
const REQUEST_BYTES = 40
const NAME_BYTES = 16
/** struct in6_ifreq (linux/ipv6.h): an address, the length of its prefix, the number of a device. */
const REQUEST_V6_BYTES = 24

export interface TapSetup {
  readonly mac: Uint8Array
  readonly address: readonly number[]
  readonly prefix: number
  readonly mtu: number
}

/** The few calls to the system that Node does not have. */
export interface TapSystem {
  /** Makes a file that was opened at /dev/net/tun a device, and says its name. @throws Error with `errno` */
  attach(file: number, name: string): string
  /** @throws Error with `errno` */
  setUp(name: string, setup: TapSetup): void
  /** Gives a device an address of IPv6, beside others. @throws Error with `errno` */
  addV6(name: string, address: Uint8Array, prefix: number): void
  /** Two sockets joined with each other. */
  pair(): readonly [number, number]
  /** Makes `to` a name of the file `from`. */
  duplicate(from: number, to: number): void
  /** How many bytes came, 0 or less for none. */
  read(file: number, into: Uint8Array): number
  write(file: number, bytes: Uint8Array, length: number): number
  close(file: number): void
}

/** Opens the C library that this process runs with. */
export function tapSystem(): TapSystem {
  const { functions } = dlopen(null, {
    ioctl: { arguments: ['i32', 'u64', 'u64'], return: 'i32' },
    socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
    socketpair: { arguments: ['i32', 'i32', 'i32', 'pointer'], return: 'i32' },
    dup2: { arguments: ['i32', 'i32'], return: 'i32' },
    close: { arguments: ['i32'], return: 'i32' },
    read: { arguments: ['i32', 'u64', 'u64'], return: 'i64' },
    write: { arguments: ['i32', 'u64', 'u64'], return: 'i64' },
    __errno_location: { arguments: [], return: 'u64' },
  })
  const call = functions as unknown as Record<string, (...args: unknown[]) => number | bigint>

  function checked(result: number | bigint, what: string): number {
    if (result !== -1 && result !== -1n) return Number(result)
    const errno = getInt32(call['__errno_location']!() as bigint)
    throw Object.assign(new Error(`${what}: error ${errno}`), { errno })
  }
  function request(name: string, fill: (bytes: Buffer) => void): Buffer {
    const bytes = Buffer.alloc(REQUEST_BYTES)
    bytes.write(name, 0, NAME_BYTES - 1, 'latin1')
    fill(bytes)
    return bytes
  }
  function control(file: number, code: number, bytes: Buffer, what: string): void {
    checked(call['ioctl']!(file, BigInt(code), getRawPointer(bytes)), what)
  }

  return {
    attach(file, name) {
      const wanted = request(name, (bytes) => bytes.writeUInt16LE(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, NAME_BYTES))
      control(file, TUNSETIFF, wanted, 'make a network device')
      checked(call['ioctl']!(file, BigInt(TUNSETOFFLOAD), BigInt(CSUM_TSO4_TSO6)), 'take long frames')
      return wanted.toString('latin1', 0, wanted.indexOf(0))
    },
    setUp(name, { mac, address, prefix, mtu }) {
      const file = checked(call['socket']!(AF_INET, SOCK_DGRAM, 0), 'open a socket')
      const inet = (part: readonly number[]) => (bytes: Buffer) => {
        bytes.writeUInt16LE(AF_INET, NAME_BYTES)
        bytes.set(part, NAME_BYTES + 4)
      }
      const mask = (0xffff_ffff << (32 - prefix)) >>> 0
      try {
        const hardware = request(name, (bytes) => {
          bytes.writeUInt16LE(ARPHRD_ETHER, NAME_BYTES)
          bytes.set(mac, NAME_BYTES + 2)
        })
        control(file, SIOCSIFHWADDR, hardware, 'set the address of a network device')
        control(
          file,
          SIOCSIFMTU,
          request(name, (bytes) => bytes.writeInt32LE(mtu, NAME_BYTES)),
          'set its MTU',
        )
        control(file, SIOCSIFADDR, request(name, inet(address)), 'set its IP address')
        control(
          file,
          SIOCSIFNETMASK,
          request(name, inet([mask >>> 24, (mask >>> 16) & 255, (mask >>> 8) & 255, mask & 255])),
          'set its network',
        )
        const flags = request(name, () => {})
        control(file, SIOCGIFFLAGS, flags, 'look at a network device')
        flags.writeUInt16LE(flags.readUInt16LE(NAME_BYTES) | IFF_UP, NAME_BYTES)
        control(file, SIOCSIFFLAGS, flags, 'switch a network device on')
      } finally {
        call['close']!(file)
      }
    },
    addV6(name, address, prefix) {
      const file = checked(call['socket']!(AF_INET6, SOCK_DGRAM, 0), 'open a socket for IPv6')
      try {
        const number = request(name, () => {})
        control(file, SIOCGIFINDEX, number, 'look at a network device')
        const wanted = Buffer.alloc(REQUEST_V6_BYTES)
        wanted.set(address)
        wanted.writeUInt32LE(prefix, 16)
        wanted.writeInt32LE(number.readInt32LE(NAME_BYTES), 20)
        control(file, SIOCSIFADDR, wanted, 'set its address of IPv6')
      } finally {
        call['close']!(file)
      }
    },
    pair() {
      const both = Buffer.alloc(8)
      checked(call['socketpair']!(AF_UNIX, SOCK_STREAM, 0, getRawPointer(both)), 'open two sockets')
      return [both.readInt32LE(0), both.readInt32LE(4)]
    },
    duplicate: (from, to) => void checked(call['dup2']!(from, to), 'name a file anew'),
    read: (file, into) => Number(call['read']!(file, getRawPointer(into), BigInt(into.length))),
    write: (file, bytes, length) => Number(call['write']!(file, getRawPointer(bytes), BigInt(length))),
    close: (file) => void call['close']!(file),
  }
}

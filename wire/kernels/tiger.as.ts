// Tiger (Anderson and Biham, 1996) in AssemblyScript. The memory is imported: the S-boxes are in its first 8192
// bytes, and the caller says where everything else is. `scratch` is 128 bytes that a call may overwrite.

let a: u64 = 0
let b: u64 = 0
let c: u64 = 0
// The state of the second lane: two leaves at once keep the processor busy while it waits for the S-boxes.
let d: u64 = 0
let e: u64 = 0
let f: u64 = 0

// @ts-ignore: a decorator is AssemblyScript's
@inline function even(x: u64): u64 {
  const low = <u32>x
  const high = <u32>(x >> 32)
  const one = load<u64>((low << 3) & 0x7f8, 0) ^ load<u64>((low >> 13) & 0x7f8, 2048)
  return one ^ load<u64>((high << 3) & 0x7f8, 4096) ^ load<u64>((high >> 13) & 0x7f8, 6144)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function odd(x: u64): u64 {
  const low = <u32>x
  const high = <u32>(x >> 32)
  const one = load<u64>((low >> 5) & 0x7f8, 6144) ^ load<u64>((low >> 21) & 0x7f8, 4096)
  return one ^ load<u64>((high >> 5) & 0x7f8, 2048) ^ load<u64>((high >> 21) & 0x7f8, 0)
}

/** One block of 64 bytes. */
function compress(at: usize): void {
  let p = a, q = b, r = c
  let x0 = load<u64>(at, 0), x1 = load<u64>(at, 8), x2 = load<u64>(at, 16), x3 = load<u64>(at, 24)
  let x4 = load<u64>(at, 32), x5 = load<u64>(at, 40), x6 = load<u64>(at, 48), x7 = load<u64>(at, 56)
  // Pass 1
  r ^= x0; p -= even(r); q = (q + odd(r)) * 5
  p ^= x1; q -= even(p); r = (r + odd(p)) * 5
  q ^= x2; r -= even(q); p = (p + odd(q)) * 5
  r ^= x3; p -= even(r); q = (q + odd(r)) * 5
  p ^= x4; q -= even(p); r = (r + odd(p)) * 5
  q ^= x5; r -= even(q); p = (p + odd(q)) * 5
  r ^= x6; p -= even(r); q = (q + odd(r)) * 5
  p ^= x7; q -= even(p); r = (r + odd(p)) * 5
  // Key schedule
  x0 -= x7 ^ 0xa5a5a5a5a5a5a5a5; x1 ^= x0; x2 += x1; x3 -= x2 ^ (~x1 << 19)
  x4 ^= x3; x5 += x4; x6 -= x5 ^ (~x4 >> 23); x7 ^= x6
  x0 += x7; x1 -= x0 ^ (~x7 << 19); x2 ^= x1; x3 += x2
  x4 -= x3 ^ (~x2 >> 23); x5 ^= x4; x6 += x5; x7 -= x6 ^ 0x0123456789abcdef
  // Pass 2
  q ^= x0; r -= even(q); p = (p + odd(q)) * 7
  r ^= x1; p -= even(r); q = (q + odd(r)) * 7
  p ^= x2; q -= even(p); r = (r + odd(p)) * 7
  q ^= x3; r -= even(q); p = (p + odd(q)) * 7
  r ^= x4; p -= even(r); q = (q + odd(r)) * 7
  p ^= x5; q -= even(p); r = (r + odd(p)) * 7
  q ^= x6; r -= even(q); p = (p + odd(q)) * 7
  r ^= x7; p -= even(r); q = (q + odd(r)) * 7
  // Key schedule
  x0 -= x7 ^ 0xa5a5a5a5a5a5a5a5; x1 ^= x0; x2 += x1; x3 -= x2 ^ (~x1 << 19)
  x4 ^= x3; x5 += x4; x6 -= x5 ^ (~x4 >> 23); x7 ^= x6
  x0 += x7; x1 -= x0 ^ (~x7 << 19); x2 ^= x1; x3 += x2
  x4 -= x3 ^ (~x2 >> 23); x5 ^= x4; x6 += x5; x7 -= x6 ^ 0x0123456789abcdef
  // Pass 3
  p ^= x0; q -= even(p); r = (r + odd(p)) * 9
  q ^= x1; r -= even(q); p = (p + odd(q)) * 9
  r ^= x2; p -= even(r); q = (q + odd(r)) * 9
  p ^= x3; q -= even(p); r = (r + odd(p)) * 9
  q ^= x4; r -= even(q); p = (p + odd(q)) * 9
  r ^= x5; p -= even(r); q = (q + odd(r)) * 9
  p ^= x6; q -= even(p); r = (r + odd(p)) * 9
  q ^= x7; r -= even(q); p = (p + odd(q)) * 9
  // Feedforward
  a ^= p
  b = q - b
  c += r
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function notLeft(x: v128): v128 {
  return i64x2.shl(v128.not(x), 19)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function notRight(x: v128): v128 {
  return i64x2.shr_u(v128.not(x), 23)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function first(x: v128): u64 {
  return v128.extract_lane<u64>(x, 0)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function second(x: v128): u64 {
  return v128.extract_lane<u64>(x, 1)
}

/**
 * One block of each lane. The words of both stand side by side in vectors: the key schedule takes half the work, and
 * the general registers are left to the state.
 */
function compressBoth(at: usize, other: usize): void {
  let p0 = a, q0 = b, r0 = c
  let p1 = d, q1 = e, r1 = f
  const u0 = v128.load(at, 0), v0 = v128.load(other, 0)
  let x0 = v128.shuffle<u64>(u0, v0, 0, 2), x1 = v128.shuffle<u64>(u0, v0, 1, 3)
  const u2 = v128.load(at, 16), v2 = v128.load(other, 16)
  let x2 = v128.shuffle<u64>(u2, v2, 0, 2), x3 = v128.shuffle<u64>(u2, v2, 1, 3)
  const u4 = v128.load(at, 32), v4 = v128.load(other, 32)
  let x4 = v128.shuffle<u64>(u4, v4, 0, 2), x5 = v128.shuffle<u64>(u4, v4, 1, 3)
  const u6 = v128.load(at, 48), v6 = v128.load(other, 48)
  let x6 = v128.shuffle<u64>(u6, v6, 0, 2), x7 = v128.shuffle<u64>(u6, v6, 1, 3)
  const k0 = i64x2.splat(0xa5a5a5a5a5a5a5a5), k1 = i64x2.splat(0x0123456789abcdef)
  // Pass 1
  r0 ^= load<u64>(at, 0); p0 -= even(r0); q0 = (q0 + odd(r0)) * 5
  r1 ^= load<u64>(other, 0); p1 -= even(r1); q1 = (q1 + odd(r1)) * 5
  p0 ^= load<u64>(at, 8); q0 -= even(p0); r0 = (r0 + odd(p0)) * 5
  p1 ^= load<u64>(other, 8); q1 -= even(p1); r1 = (r1 + odd(p1)) * 5
  q0 ^= load<u64>(at, 16); r0 -= even(q0); p0 = (p0 + odd(q0)) * 5
  q1 ^= load<u64>(other, 16); r1 -= even(q1); p1 = (p1 + odd(q1)) * 5
  r0 ^= load<u64>(at, 24); p0 -= even(r0); q0 = (q0 + odd(r0)) * 5
  r1 ^= load<u64>(other, 24); p1 -= even(r1); q1 = (q1 + odd(r1)) * 5
  p0 ^= load<u64>(at, 32); q0 -= even(p0); r0 = (r0 + odd(p0)) * 5
  p1 ^= load<u64>(other, 32); q1 -= even(p1); r1 = (r1 + odd(p1)) * 5
  q0 ^= load<u64>(at, 40); r0 -= even(q0); p0 = (p0 + odd(q0)) * 5
  q1 ^= load<u64>(other, 40); r1 -= even(q1); p1 = (p1 + odd(q1)) * 5
  r0 ^= load<u64>(at, 48); p0 -= even(r0); q0 = (q0 + odd(r0)) * 5
  r1 ^= load<u64>(other, 48); p1 -= even(r1); q1 = (q1 + odd(r1)) * 5
  p0 ^= load<u64>(at, 56); q0 -= even(p0); r0 = (r0 + odd(p0)) * 5
  p1 ^= load<u64>(other, 56); q1 -= even(p1); r1 = (r1 + odd(p1)) * 5
  // Key schedule
  x0 = i64x2.sub(x0, v128.xor(x7, k0)); x1 = v128.xor(x1, x0)
  x2 = i64x2.add(x2, x1); x3 = i64x2.sub(x3, v128.xor(x2, notLeft(x1)))
  x4 = v128.xor(x4, x3); x5 = i64x2.add(x5, x4)
  x6 = i64x2.sub(x6, v128.xor(x5, notRight(x4))); x7 = v128.xor(x7, x6)
  x0 = i64x2.add(x0, x7); x1 = i64x2.sub(x1, v128.xor(x0, notLeft(x7)))
  x2 = v128.xor(x2, x1); x3 = i64x2.add(x3, x2)
  x4 = i64x2.sub(x4, v128.xor(x3, notRight(x2))); x5 = v128.xor(x5, x4)
  x6 = i64x2.add(x6, x5); x7 = i64x2.sub(x7, v128.xor(x6, k1))
  // Pass 2
  q0 ^= first(x0); r0 -= even(q0); p0 = (p0 + odd(q0)) * 7
  q1 ^= second(x0); r1 -= even(q1); p1 = (p1 + odd(q1)) * 7
  r0 ^= first(x1); p0 -= even(r0); q0 = (q0 + odd(r0)) * 7
  r1 ^= second(x1); p1 -= even(r1); q1 = (q1 + odd(r1)) * 7
  p0 ^= first(x2); q0 -= even(p0); r0 = (r0 + odd(p0)) * 7
  p1 ^= second(x2); q1 -= even(p1); r1 = (r1 + odd(p1)) * 7
  q0 ^= first(x3); r0 -= even(q0); p0 = (p0 + odd(q0)) * 7
  q1 ^= second(x3); r1 -= even(q1); p1 = (p1 + odd(q1)) * 7
  r0 ^= first(x4); p0 -= even(r0); q0 = (q0 + odd(r0)) * 7
  r1 ^= second(x4); p1 -= even(r1); q1 = (q1 + odd(r1)) * 7
  p0 ^= first(x5); q0 -= even(p0); r0 = (r0 + odd(p0)) * 7
  p1 ^= second(x5); q1 -= even(p1); r1 = (r1 + odd(p1)) * 7
  q0 ^= first(x6); r0 -= even(q0); p0 = (p0 + odd(q0)) * 7
  q1 ^= second(x6); r1 -= even(q1); p1 = (p1 + odd(q1)) * 7
  r0 ^= first(x7); p0 -= even(r0); q0 = (q0 + odd(r0)) * 7
  r1 ^= second(x7); p1 -= even(r1); q1 = (q1 + odd(r1)) * 7
  // Key schedule
  x0 = i64x2.sub(x0, v128.xor(x7, k0)); x1 = v128.xor(x1, x0)
  x2 = i64x2.add(x2, x1); x3 = i64x2.sub(x3, v128.xor(x2, notLeft(x1)))
  x4 = v128.xor(x4, x3); x5 = i64x2.add(x5, x4)
  x6 = i64x2.sub(x6, v128.xor(x5, notRight(x4))); x7 = v128.xor(x7, x6)
  x0 = i64x2.add(x0, x7); x1 = i64x2.sub(x1, v128.xor(x0, notLeft(x7)))
  x2 = v128.xor(x2, x1); x3 = i64x2.add(x3, x2)
  x4 = i64x2.sub(x4, v128.xor(x3, notRight(x2))); x5 = v128.xor(x5, x4)
  x6 = i64x2.add(x6, x5); x7 = i64x2.sub(x7, v128.xor(x6, k1))
  // Pass 3
  p0 ^= first(x0); q0 -= even(p0); r0 = (r0 + odd(p0)) * 9
  p1 ^= second(x0); q1 -= even(p1); r1 = (r1 + odd(p1)) * 9
  q0 ^= first(x1); r0 -= even(q0); p0 = (p0 + odd(q0)) * 9
  q1 ^= second(x1); r1 -= even(q1); p1 = (p1 + odd(q1)) * 9
  r0 ^= first(x2); p0 -= even(r0); q0 = (q0 + odd(r0)) * 9
  r1 ^= second(x2); p1 -= even(r1); q1 = (q1 + odd(r1)) * 9
  p0 ^= first(x3); q0 -= even(p0); r0 = (r0 + odd(p0)) * 9
  p1 ^= second(x3); q1 -= even(p1); r1 = (r1 + odd(p1)) * 9
  q0 ^= first(x4); r0 -= even(q0); p0 = (p0 + odd(q0)) * 9
  q1 ^= second(x4); r1 -= even(q1); p1 = (p1 + odd(q1)) * 9
  r0 ^= first(x5); p0 -= even(r0); q0 = (q0 + odd(r0)) * 9
  r1 ^= second(x5); p1 -= even(r1); q1 = (q1 + odd(r1)) * 9
  p0 ^= first(x6); q0 -= even(p0); r0 = (r0 + odd(p0)) * 9
  p1 ^= second(x6); q1 -= even(p1); r1 = (r1 + odd(p1)) * 9
  q0 ^= first(x7); r0 -= even(q0); p0 = (p0 + odd(q0)) * 9
  q1 ^= second(x7); r1 -= even(q1); p1 = (p1 + odd(q1)) * 9
  // Feedforward
  a ^= p0
  b = q0 - b
  c += r0
  d ^= p1
  e = q1 - e
  f += r1
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function begin(): void {
  a = d = 0x0123456789abcdef
  b = e = 0xfedcba9876543210
  c = f = 0xf096a5b4c3b2e187
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function save(to: usize): void {
  store<u64>(to, a, 0)
  store<u64>(to, b, 8)
  store<u64>(to, c, 16)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function saveOther(to: usize): void {
  store<u64>(to, d, 0)
  store<u64>(to, e, 8)
  store<u64>(to, f, 16)
}

/** Goes on with the state at `state` (24 bytes) over `count` blocks of 64 bytes. */
export function blocks(state: usize, at: usize, count: i32): void {
  a = load<u64>(state, 0)
  b = load<u64>(state, 8)
  c = load<u64>(state, 16)
  for (let i = 0; i < count; i++, at += 64) compress(at)
  save(state)
}

/** The prefix 0x00 and the first 63 bytes of a leaf. */
// @ts-ignore: a decorator is AssemblyScript's
@inline function head(leaf: usize, to: usize): void {
  store<u64>(to, load<u64>(leaf, 0) << 8, 0)
  for (let i: usize = 8; i < 64; i += 8) store<u64>(to + i, load<u64>(leaf + i - 1))
}

/** The last byte of a leaf, the bit after it, and the length of 1025 bytes in bits. */
// @ts-ignore: a decorator is AssemblyScript's
@inline function tail(leaf: usize, to: usize): void {
  store<u64>(to, <u64>load<u8>(leaf, 1023) | 0x100, 0)
  memory.fill(to + 8, 0, 48)
  store<u64>(to, 8200, 56)
}

/** `count` leaves of 1024 bytes from `at` on: Tiger(0x00 ‖ leaf), 24 bytes each, one after another from `to` on. */
export function leaves(at: usize, count: i32, to: usize, scratch: usize): void {
  const second = scratch + 64
  for (; count > 0; count -= 2, at += 2048, to += 48) {
    // An odd leaf at the end is hashed in both lanes.
    const other = count > 1 ? at + 1024 : at
    begin()
    head(at, scratch)
    head(other, second)
    compressBoth(scratch, second)
    for (let i: usize = 63; i < 1023; i += 64) compressBoth(at + i, other + i)
    tail(at, scratch)
    tail(other, second)
    compressBoth(scratch, second)
    save(to)
    if (count === 1) break
    saveOther(to + 24)
  }
}

/** The prefix 0x01, two digests, the bit after them, and their length with it in bits: a block. */
// @ts-ignore: a decorator is AssemblyScript's
@inline function pair(at: usize, to: usize): void {
  store<u64>(to, (load<u64>(at) << 8) | 1)
  for (let i: usize = 8; i < 48; i += 8) store<u64>(to + i, load<u64>(at + i - 1))
  store<u64>(to, <u64>load<u8>(at, 47) | 0x100, 48)
  store<u64>(to, 392, 56)
}

/** `count` pairs of digests from `at` on: Tiger(0x01 ‖ left ‖ right) from `to` on, which may be `at`. */
function nodes(at: usize, count: i32, to: usize, scratch: usize): void {
  const second = scratch + 64
  for (; count > 0; count -= 2, at += 96, to += 48) {
    begin()
    pair(at, scratch)
    // An odd pair at the end is hashed in both lanes.
    pair(count > 1 ? at + 48 : at, second)
    compressBoth(scratch, second)
    save(to)
    if (count === 1) break
    saveOther(to + 24)
  }
}

/** Folds `count` digests at `at` in place, `levels` times; an odd one goes up as it is. Gives how many are left. */
export function fold(at: usize, count: i32, levels: i32, scratch: usize): i32 {
  for (; levels > 0 && count > 1; levels--) {
    const pairs = count >> 1
    nodes(at, pairs, at, scratch)
    if (count & 1) memory.copy(at + pairs * 24, at + (count - 1) * 24, 24)
    count = pairs + (count & 1)
  }
  return count
}

/**
 * Makes the S-boxes by the generator of the authors: five passes of swaps that Tiger itself chooses, over the 64
 * letters at `text` (ASCII).
 */
export function tabulate(text: usize, scratch: usize): void {
  for (let i: usize = 0; i < 1024; i++) store<u64>(i << 3, <u64>(i & 0xff) * 0x0101010101010101)
  begin()
  save(scratch)
  let word: usize = 2
  for (let pass = 0; pass < 5; pass++) {
    for (let i: usize = 0; i < 256; i++) {
      for (let box: usize = 0; box < 8192; box += 2048) {
        if (++word === 3) {
          word = 0
          blocks(scratch, text, 1)
        }
        for (let column: usize = 0; column < 8; column++) {
          const one = box + (i << 3) + column
          const other = box + (<usize>load<u8>(scratch + (word << 3) + column) << 3) + column
          const byte = load<u8>(one)
          store<u8>(one, load<u8>(other))
          store<u8>(other, byte)
        }
      }
    }
  }
}

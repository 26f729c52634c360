// MD4 (RFC 1320) in AssemblyScript, once plain and once with four independent messages side by side. The memory is
// imported; the caller says where everything is.

// @ts-ignore: a decorator is AssemblyScript's
@inline function f(a: u32, b: u32, c: u32, d: u32, x: u32, shift: u32): u32 {
  return rotl<u32>(a + x + (d ^ (b & (c ^ d))), shift)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function g(a: u32, b: u32, c: u32, d: u32, x: u32, shift: u32): u32 {
  return rotl<u32>(a + x + 0x5a827999 + (c & d) + (b & (c ^ d)), shift)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function h(a: u32, b: u32, c: u32, d: u32, x: u32, shift: u32): u32 {
  return rotl<u32>(a + x + 0x6ed9eba1 + (b ^ (c ^ d)), shift)
}

/** Goes on with the state at `state` (16 bytes) over `count` blocks of 64 bytes. */
export function blocks(state: usize, at: usize, count: i32): void {
  let a = load<u32>(state, 0)
  let b = load<u32>(state, 4)
  let c = load<u32>(state, 8)
  let d = load<u32>(state, 12)
  for (let i = 0; i < count; i++, at += 64) {
    const a0 = a, b0 = b, c0 = c, d0 = d
    a = f(a, b, c, d, load<u32>(at, 0), 3)
    d = f(d, a, b, c, load<u32>(at, 4), 7)
    c = f(c, d, a, b, load<u32>(at, 8), 11)
    b = f(b, c, d, a, load<u32>(at, 12), 19)
    a = f(a, b, c, d, load<u32>(at, 16), 3)
    d = f(d, a, b, c, load<u32>(at, 20), 7)
    c = f(c, d, a, b, load<u32>(at, 24), 11)
    b = f(b, c, d, a, load<u32>(at, 28), 19)
    a = f(a, b, c, d, load<u32>(at, 32), 3)
    d = f(d, a, b, c, load<u32>(at, 36), 7)
    c = f(c, d, a, b, load<u32>(at, 40), 11)
    b = f(b, c, d, a, load<u32>(at, 44), 19)
    a = f(a, b, c, d, load<u32>(at, 48), 3)
    d = f(d, a, b, c, load<u32>(at, 52), 7)
    c = f(c, d, a, b, load<u32>(at, 56), 11)
    b = f(b, c, d, a, load<u32>(at, 60), 19)
    a = g(a, b, c, d, load<u32>(at, 0), 3)
    d = g(d, a, b, c, load<u32>(at, 16), 5)
    c = g(c, d, a, b, load<u32>(at, 32), 9)
    b = g(b, c, d, a, load<u32>(at, 48), 13)
    a = g(a, b, c, d, load<u32>(at, 4), 3)
    d = g(d, a, b, c, load<u32>(at, 20), 5)
    c = g(c, d, a, b, load<u32>(at, 36), 9)
    b = g(b, c, d, a, load<u32>(at, 52), 13)
    a = g(a, b, c, d, load<u32>(at, 8), 3)
    d = g(d, a, b, c, load<u32>(at, 24), 5)
    c = g(c, d, a, b, load<u32>(at, 40), 9)
    b = g(b, c, d, a, load<u32>(at, 56), 13)
    a = g(a, b, c, d, load<u32>(at, 12), 3)
    d = g(d, a, b, c, load<u32>(at, 28), 5)
    c = g(c, d, a, b, load<u32>(at, 44), 9)
    b = g(b, c, d, a, load<u32>(at, 60), 13)
    a = h(a, b, c, d, load<u32>(at, 0), 3)
    d = h(d, a, b, c, load<u32>(at, 32), 9)
    c = h(c, d, a, b, load<u32>(at, 16), 11)
    b = h(b, c, d, a, load<u32>(at, 48), 15)
    a = h(a, b, c, d, load<u32>(at, 8), 3)
    d = h(d, a, b, c, load<u32>(at, 40), 9)
    c = h(c, d, a, b, load<u32>(at, 24), 11)
    b = h(b, c, d, a, load<u32>(at, 56), 15)
    a = h(a, b, c, d, load<u32>(at, 4), 3)
    d = h(d, a, b, c, load<u32>(at, 36), 9)
    c = h(c, d, a, b, load<u32>(at, 20), 11)
    b = h(b, c, d, a, load<u32>(at, 52), 15)
    a = h(a, b, c, d, load<u32>(at, 12), 3)
    d = h(d, a, b, c, load<u32>(at, 44), 9)
    c = h(c, d, a, b, load<u32>(at, 28), 11)
    b = h(b, c, d, a, load<u32>(at, 60), 15)
    a += a0
    b += b0
    c += c0
    d += d0
  }
  store<u32>(state, a, 0)
  store<u32>(state, b, 4)
  store<u32>(state, c, 8)
  store<u32>(state, d, 12)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function turn(x: v128, shift: i32): v128 {
  return v128.or(i32x4.shl(x, shift), i32x4.shr_u(x, 32 - shift))
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function f4(a: v128, b: v128, c: v128, d: v128, x: v128, shift: i32): v128 {
  return turn(i32x4.add(i32x4.add(a, x), v128.xor(d, v128.and(b, v128.xor(c, d)))), shift)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function g4(a: v128, b: v128, c: v128, d: v128, x: v128, shift: i32): v128 {
  const sum = i32x4.add(i32x4.add(i32x4.add(a, x), i32x4.splat(0x5a827999)), v128.and(c, d))
  return turn(i32x4.add(sum, v128.and(b, v128.xor(c, d))), shift)
}

// @ts-ignore: a decorator is AssemblyScript's
@inline function h4(a: v128, b: v128, c: v128, d: v128, x: v128, shift: i32): v128 {
  return turn(i32x4.add(i32x4.add(i32x4.add(a, x), i32x4.splat(0x6ed9eba1)), v128.xor(b, v128.xor(c, d))), shift)
}

/** Four words of each of four messages become four vectors of one word each, from `to` on. */
// @ts-ignore: a decorator is AssemblyScript's
@inline function transpose(to: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const s0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5)
  const s1 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5)
  const s2 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
  const s3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<i64>(s0, s1, 0, 2), 0)
  v128.store(to, v128.shuffle<i64>(s0, s1, 1, 3), 16)
  v128.store(to, v128.shuffle<i64>(s2, s3, 0, 2), 32)
  v128.store(to, v128.shuffle<i64>(s2, s3, 1, 3), 48)
}

/**
 * The same for four messages whose blocks begin at `p`, `q`, `r` and `s`. The state is four vectors: `a` of every
 * message, then `b`, `c` and `d`. 256 bytes at `words` are overwritten.
 */
export function blocks4(state: usize, p: usize, q: usize, r: usize, s: usize, count: i32, words: usize): void {
  let a = v128.load(state, 0)
  let b = v128.load(state, 16)
  let c = v128.load(state, 32)
  let d = v128.load(state, 48)
  for (let i = 0; i < count; i++, p += 64, q += 64, r += 64, s += 64) {
    transpose(words, v128.load(p), v128.load(q), v128.load(r), v128.load(s))
    transpose(words + 64, v128.load(p, 16), v128.load(q, 16), v128.load(r, 16), v128.load(s, 16))
    transpose(words + 128, v128.load(p, 32), v128.load(q, 32), v128.load(r, 32), v128.load(s, 32))
    transpose(words + 192, v128.load(p, 48), v128.load(q, 48), v128.load(r, 48), v128.load(s, 48))
    const a0 = a, b0 = b, c0 = c, d0 = d
    a = f4(a, b, c, d, v128.load(words, 0), 3)
    d = f4(d, a, b, c, v128.load(words, 16), 7)
    c = f4(c, d, a, b, v128.load(words, 32), 11)
    b = f4(b, c, d, a, v128.load(words, 48), 19)
    a = f4(a, b, c, d, v128.load(words, 64), 3)
    d = f4(d, a, b, c, v128.load(words, 80), 7)
    c = f4(c, d, a, b, v128.load(words, 96), 11)
    b = f4(b, c, d, a, v128.load(words, 112), 19)
    a = f4(a, b, c, d, v128.load(words, 128), 3)
    d = f4(d, a, b, c, v128.load(words, 144), 7)
    c = f4(c, d, a, b, v128.load(words, 160), 11)
    b = f4(b, c, d, a, v128.load(words, 176), 19)
    a = f4(a, b, c, d, v128.load(words, 192), 3)
    d = f4(d, a, b, c, v128.load(words, 208), 7)
    c = f4(c, d, a, b, v128.load(words, 224), 11)
    b = f4(b, c, d, a, v128.load(words, 240), 19)
    a = g4(a, b, c, d, v128.load(words, 0), 3)
    d = g4(d, a, b, c, v128.load(words, 64), 5)
    c = g4(c, d, a, b, v128.load(words, 128), 9)
    b = g4(b, c, d, a, v128.load(words, 192), 13)
    a = g4(a, b, c, d, v128.load(words, 16), 3)
    d = g4(d, a, b, c, v128.load(words, 80), 5)
    c = g4(c, d, a, b, v128.load(words, 144), 9)
    b = g4(b, c, d, a, v128.load(words, 208), 13)
    a = g4(a, b, c, d, v128.load(words, 32), 3)
    d = g4(d, a, b, c, v128.load(words, 96), 5)
    c = g4(c, d, a, b, v128.load(words, 160), 9)
    b = g4(b, c, d, a, v128.load(words, 224), 13)
    a = g4(a, b, c, d, v128.load(words, 48), 3)
    d = g4(d, a, b, c, v128.load(words, 112), 5)
    c = g4(c, d, a, b, v128.load(words, 176), 9)
    b = g4(b, c, d, a, v128.load(words, 240), 13)
    a = h4(a, b, c, d, v128.load(words, 0), 3)
    d = h4(d, a, b, c, v128.load(words, 128), 9)
    c = h4(c, d, a, b, v128.load(words, 64), 11)
    b = h4(b, c, d, a, v128.load(words, 192), 15)
    a = h4(a, b, c, d, v128.load(words, 32), 3)
    d = h4(d, a, b, c, v128.load(words, 160), 9)
    c = h4(c, d, a, b, v128.load(words, 96), 11)
    b = h4(b, c, d, a, v128.load(words, 224), 15)
    a = h4(a, b, c, d, v128.load(words, 16), 3)
    d = h4(d, a, b, c, v128.load(words, 144), 9)
    c = h4(c, d, a, b, v128.load(words, 80), 11)
    b = h4(b, c, d, a, v128.load(words, 208), 15)
    a = h4(a, b, c, d, v128.load(words, 48), 3)
    d = h4(d, a, b, c, v128.load(words, 176), 9)
    c = h4(c, d, a, b, v128.load(words, 112), 11)
    b = h4(b, c, d, a, v128.load(words, 240), 15)
    a = i32x4.add(a, a0)
    b = i32x4.add(b, b0)
    c = i32x4.add(c, c0)
    d = i32x4.add(d, d0)
  }
  v128.store(state, a, 0)
  v128.store(state, b, 16)
  v128.store(state, c, 32)
  v128.store(state, d, 48)
}

import { dlopen, getRawPointer } from 'node:ffi'
import { RECORD_HEAD_BYTES, RECORD_TAG_BYTES, RecordNonces } from '@kith/wire/sealed/records.ts'

/** Where a record begins in memory of its own: its plain bytes lie as memory is aligned for the processor then. */
export const RECORD_AT: number = 64 - RECORD_HEAD_BYTES

/** Pointers, and what may be one. */
const POINTER = 'u64'
/** What OpenSSL names so (openssl/evp.h). */
const EVP_CTRL_AEAD_GET_TAG = 0x10
const EVP_CTRL_AEAD_SET_TAG = 0x11
const NONE = 0n
/** Small things have places in memory that does not move: short arrays of V8 do. */
const NONCE_AT = 0
const LENGTH_AT = 64
const KEY_AT = 128
const SMALL_BYTES = 4096

/** The calls of OpenSSL that are needed (EVP_EncryptInit(3)). */
interface Evp {
  EVP_CIPHER_CTX_new(): bigint
  EVP_CIPHER_CTX_free(context: bigint): void
  EVP_aes_256_gcm(): bigint
  EVP_CipherInit_ex(context: bigint, cipher: bigint, engine: bigint, key: bigint, nonce: bigint, seals: number): number
  EVP_CipherUpdate(context: bigint, out: bigint, length: bigint, from: bigint, bytes: number): number
  EVP_CipherFinal_ex(context: bigint, out: bigint, length: bigint): number
  EVP_CIPHER_CTX_ctrl(context: bigint, what: number, bytes: number, at: bigint): number
}

/** Memory that records are sealed or opened in, which is outside of the heap of V8 and lives longer than its cipher. */
export class RecordMemory {
  readonly bytes: Uint8Array
  /** Where it lies. */
  readonly #address: bigint

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#address = getRawPointer(bytes)
  }

  /** Where a record lies that has its head at `at`. @throws RangeError OpenSSL looks at nothing: what it writes to has to be there */
  address(at: number, length: number): bigint {
    if (at < 0 || length < 0 || at + RECORD_HEAD_BYTES + length + RECORD_TAG_BYTES > this.bytes.length) {
      throw new RangeError('No room for a record')
    }
    return this.#address + BigInt(at)
  }
}

/** Seals and opens records of `@kith/wire/sealed/records.ts` where they lie: `node:crypto` makes new memory for each, twice. */
export type RecordCiphers = (key: Uint8Array, direction: 'seal' | 'open') => RecordCipher

/** Finds the OpenSSL that Node itself runs with. @throws Error where Node cannot, or has another library */
export function recordCiphers(): RecordCiphers {
  const { functions } = dlopen(null, {
    EVP_CIPHER_CTX_new: { arguments: [], return: POINTER },
    EVP_CIPHER_CTX_free: { arguments: [POINTER], return: 'void' },
    EVP_aes_256_gcm: { arguments: [], return: POINTER },
    EVP_CipherInit_ex: { arguments: [POINTER, POINTER, POINTER, POINTER, POINTER, 'i32'], return: 'i32' },
    EVP_CipherUpdate: { arguments: [POINTER, POINTER, POINTER, POINTER, 'i32'], return: 'i32' },
    EVP_CipherFinal_ex: { arguments: [POINTER, POINTER, POINTER], return: 'i32' },
    EVP_CIPHER_CTX_ctrl: { arguments: [POINTER, 'i32', 'i32', POINTER], return: 'i32' },
  })
  const evp = functions as unknown as Evp
  return (key, direction) => new RecordCipher(evp, key, direction)
}

/** One direction of one stream. */
export class RecordCipher {
  readonly #evp: Evp
  #context: bigint
  readonly #seals: number
  readonly #nonces = new RecordNonces()
  readonly #small = new Uint8Array(SMALL_BYTES)
  readonly #nonceAt: bigint
  /** Where OpenSSL says how much it wrote, which is as much as it got. */
  readonly #lengthAt: bigint

  constructor(evp: Evp, key: Uint8Array, direction: 'seal' | 'open') {
    const smallAt = getRawPointer(this.#small)
    this.#nonceAt = smallAt + BigInt(NONCE_AT)
    this.#lengthAt = smallAt + BigInt(LENGTH_AT)
    this.#evp = evp
    this.#seals = direction === 'seal' ? 1 : 0
    this.#context = evp.EVP_CIPHER_CTX_new()
    this.#needContext()
    this.#small.set(key, KEY_AT)
    const keyAt = smallAt + BigInt(KEY_AT)
    did(evp.EVP_CipherInit_ex(this.#context, evp.EVP_aes_256_gcm(), NONE, keyAt, NONE, this.#seals))
    this.#small.fill(0, KEY_AT, KEY_AT + key.length)
  }

  /** Seals what follows the head at `at`, and puts the tag behind it. */
  seal(memory: RecordMemory, at: number, length: number): void {
    const head = memory.address(at, length)
    this.#begin(head, length)
    did(this.#final())
    this.#tag(EVP_CTRL_AEAD_GET_TAG, head, length)
  }

  /** Opens what follows the head at `at`. False when it was not sealed so with what follows it, and nothing of it may be used. */
  open(memory: RecordMemory, at: number, length: number): boolean {
    const head = memory.address(at, length)
    this.#begin(head, length)
    this.#tag(EVP_CTRL_AEAD_SET_TAG, head, length)
    return this.#final() === 1
  }

  /** It cannot be used any more. */
  close(): void {
    this.#evp.EVP_CIPHER_CTX_free(this.#context)
    this.#context = NONE
  }

  #begin(head: bigint, length: number): void {
    this.#needContext()
    this.#small.set(this.#nonces.next(), NONCE_AT)
    const [evp, context, plain] = [this.#evp, this.#context, head + BigInt(RECORD_HEAD_BYTES)]
    did(evp.EVP_CipherInit_ex(context, NONE, NONE, NONE, this.#nonceAt, this.#seals))
    did(evp.EVP_CipherUpdate(context, NONE, this.#lengthAt, head, RECORD_HEAD_BYTES))
    if (length > 0) did(evp.EVP_CipherUpdate(context, plain, this.#lengthAt, plain, length))
  }

  /** OpenSSL would write to where there is nothing. */
  #needContext(): void {
    if (this.#context === NONE) throw new Error('There is no context of OpenSSL')
  }

  #final(): number {
    return this.#evp.EVP_CipherFinal_ex(this.#context, this.#lengthAt, this.#lengthAt)
  }

  #tag(what: number, head: bigint, length: number): void {
    const at = head + BigInt(RECORD_HEAD_BYTES + length)
    did(this.#evp.EVP_CIPHER_CTX_ctrl(this.#context, what, RECORD_TAG_BYTES, at))
  }
}

function did(answer: number): void {
  if (answer !== 1) throw new Error('OpenSSL refuses AES-256-GCM')
}

/** The bytes as they come, told of in `moved`; `wrong` thrown when they are more or fewer than was said. */
export async function* exactly(
  size: number,
  bytes: AsyncIterable<Uint8Array>,
  moved: (received: number) => void,
  wrong: () => Error,
): AsyncGenerator<Uint8Array, void> {
  let received = 0
  for await (const part of bytes) {
    received += part.length
    if (received > size) break
    moved(received)
    yield part
  }
  if (received !== size) throw wrong()
}

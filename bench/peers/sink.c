/* sink PORT INFOHASH SIZE PIECELENGTH: takes everything from the client at PORT, 256 blocks ahead, and forgets it. Prints
   `first SECONDS` at the first request and `last SECONDS` with the last block. */
#include "wire.h"

enum { ahead = 256, input_size = 1 << 20 };

static uint64_t size, piece_length, blocks, next_block, waiting;
static uint8_t *got;
static int fd, allowed;

static uint32_t block_length(uint64_t block) {
  uint64_t offset = block * block_size;
  return size - offset < block_size ? size - offset : block_size;
}

static void ask(void) {
  static uint8_t messages[ahead * 17];
  size_t filled = 0;
  while (allowed && waiting < ahead && next_block < blocks) {
    uint64_t block = next_block++, offset = block * block_size;
    if (got[block]) continue;
    uint8_t *message = messages + filled;
    put32(message, 13);
    message[4] = request;
    put32(message + 5, offset / piece_length);
    put32(message + 9, offset % piece_length);
    put32(message + 13, block_length(block));
    filled += 17;
    waiting++;
  }
  if (filled > 0) send_all(fd, messages, filled);
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  size = strtoull(arguments[3], NULL, 10);
  piece_length = strtoull(arguments[4], NULL, 10);
  blocks = (size + block_size - 1) / block_size;
  got = calloc(1, blocks);
  fd = dial(atoi(arguments[1]), arguments[2], "CK");
  send_all(fd, "\0\0\0\1\2", 5);

  static uint8_t input[input_size];
  size_t filled = 0;
  uint64_t have_blocks = 0, skip = 0;
  int began = 0;
  for (;;) {
    ssize_t read = recv(fd, input + filled, input_size - filled, 0);
    if (read <= 0) return 4;
    filled += read;
    size_t at = 0;
    for (;;) {
      if (skip > 0) {
        uint64_t part = filled - at < skip ? filled - at : skip;
        at += part;
        skip -= part;
        if (skip > 0) break;
        if (have_blocks == blocks) {
          printf("last %.6f\n", now());
          return 0;
        }
      }
      if (filled - at < 4) break;
      uint32_t length = get32(input + at);
      if (length == 0) {
        at += 4;
        continue;
      }
      if (filled - at < 5) break;
      uint8_t kind = input[at + 4];
      if (kind == piece) {
        if (filled - at < 13) break;
        uint64_t block = (get32(input + at + 5) * piece_length + get32(input + at + 9)) / block_size;
        if (block >= blocks || length != 9 + block_length(block)) return 5;
        if (!got[block]) got[block] = 1, have_blocks++;
        if (waiting > 0) waiting--;
        at += 13;
        skip = length - 9;
      } else {
        if (kind == choke) allowed = 0, waiting = 0, next_block = 0;
        if (kind == unchoke) {
          allowed = 1;
          if (!began) began = 1, printf("first %.6f\n", now()), fflush(stdout);
        }
        at += 5;
        skip = length - 1;
      }
    }
    memmove(input, input + at, filled - at);
    filled -= at;
    ask();
  }
}

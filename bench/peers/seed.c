/* seed PORT INFOHASH PIECES FILE PIECELENGTH: gives a file to the client at PORT. Prints `first SECONDS` at the first request and
   `last SECONDS` when the last byte has been handed to the system; stays until the client leaves. */
#include "wire.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum { batch = 256, input_size = 1 << 16 };

int main(int count, char **arguments) {
  if (count != 6) return 2;
  uint32_t pieces = atoi(arguments[3]);
  uint64_t piece_length = strtoull(arguments[5], NULL, 10);
  int file = open(arguments[4], O_RDONLY);
  struct stat about;
  if (file < 0 || fstat(file, &about) != 0) die("open");
  const uint8_t *content = mmap(NULL, about.st_size, PROT_READ, MAP_SHARED, file, 0);
  int fd = dial(atoi(arguments[1]), arguments[2], "CS");

  uint32_t length = 1 + (pieces + 7) / 8;
  uint8_t *all = calloc(1, 4 + length);
  put32(all, length);
  all[4] = bitfield;
  for (uint32_t i = 0; i < pieces; i++) all[5 + i / 8] |= 0x80 >> (i % 8);
  send_all(fd, all, 4 + length);
  send_all(fd, "\0\0\0\1\1", 5);

  static uint8_t input[input_size], heads[batch][13];
  static struct iovec parts[2 * batch];
  size_t filled = 0;
  uint64_t given = 0;
  for (;;) {
    ssize_t got = recv(fd, input + filled, input_size - filled, 0);
    if (got <= 0) return 0;
    filled += got;
    size_t at = 0;
    while (filled - at >= 4) {
      int asked = 0;
      uint64_t bytes = 0;
      while (asked < batch && filled - at >= 4) {
        uint32_t size = get32(input + at);
        if (filled - at < 4 + size) break;
        const uint8_t *message = input + at + 4;
        at += 4 + size;
        if (size != 13 || message[0] != request) continue;
        uint32_t wanted = get32(message + 9);
        uint64_t offset = get32(message + 1) * piece_length + get32(message + 5);
        if (offset + wanted > (uint64_t)about.st_size) return 4;
        put32(heads[asked], 9 + wanted);
        heads[asked][4] = piece;
        memcpy(heads[asked] + 5, message + 1, 8);
        parts[2 * asked] = (struct iovec){heads[asked], 13};
        parts[2 * asked + 1] = (struct iovec){(void *)(content + offset), wanted};
        bytes += wanted;
        asked++;
      }
      if (asked == 0) break;
      if (given == 0) printf("first %.6f\n", now()), fflush(stdout);
      struct iovec *part = parts;
      for (int left = 2 * asked; left > 0;) {
        ssize_t sent = writev(fd, part, left);
        if (sent < 0) die("writev");
        while (left > 0 && (size_t)sent >= part->iov_len) sent -= part->iov_len, part++, left--;
        if (left > 0) part->iov_base = (uint8_t *)part->iov_base + sent, part->iov_len -= sent;
      }
      given += bytes;
      if (given >= (uint64_t)about.st_size) printf("last %.6f\n", now()), fflush(stdout);
    }
    memmove(input, input + at, filled - at);
    filled -= at;
    if (filled == input_size) return 5;
  }
}

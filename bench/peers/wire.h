/* What the cheap seed and the cheap sink share: a blocking BitTorrent conversation (BEP 3) that costs next to nothing,
   so that the client on the other side is the limit. They dial the client, as some clients never dial loopback. */
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { choke, unchoke, interested, not_interested, have, bitfield, request, piece };
enum { block_size = 16384 };

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Seconds since the epoch. */
static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

static void put32(uint8_t *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

static uint32_t get32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return ntohl(value);
}

static void send_all(int socket, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  while (length > 0) {
    ssize_t sent = send(socket, at, length, MSG_NOSIGNAL);
    if (sent <= 0) die("send");
    at += sent;
    length -= sent;
  }
}

static void receive_all(int socket, void *bytes, size_t length) {
  uint8_t *at = bytes;
  while (length > 0) {
    ssize_t got = recv(socket, at, length, 0);
    if (got <= 0) die("recv");
    at += got;
    length -= got;
  }
}

/* Dials a client on loopback and shakes hands. */
static int dial(int port, const char *info_hash_hex, const char *id) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) die("connect");
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  uint8_t hello[68] = "\x13" "BitTorrent protocol", theirs[68];
  for (int i = 0; i < 20; i++) {
    unsigned byte;
    if (sscanf(info_hash_hex + 2 * i, "%2x", &byte) != 1) exit(2);
    hello[28 + i] = byte;
  }
  snprintf((char *)hello + 48, 21, "-%s0001-%012d", id, getpid());
  send_all(fd, hello, sizeof hello);
  receive_all(fd, theirs, sizeof theirs);
  if (memcmp(hello + 28, theirs + 28, 20) != 0) exit(3);
  return fd;
}

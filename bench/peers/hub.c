/* hub PORT USERS LINES [WINDOW]: brings USERS users to the ADC hub at PORT, who prove identities that are read from standard
   input, a pair of private and public one a line. Prints `in SECONDS`, how long it took until all of them were logged in.
   Then LINES lines of chat, of 100 letters each and of one user after the other, are said, no more than WINDOW ahead of
   the slowest; prints `said SECONDS` when everybody has heard all of them. `lost N` in between are users who were sent away.
   Ends at the end of standard input. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* uhub lets 50 wait to be accepted: one more is only heard after a second, and then three. A millisecond between looks lets
   lines come together, as they do for clients that do other things too: a hub that wakes us for each pays for it. */
enum { most_at_once = 40, pause_us = 1000, buffer_size = 1 << 18, head_size = 24, letters = 100 };

struct user {
  int fd, state; /* 0 not yet, 1 asks for a session, 2 waits for its own entry, 3 in, 4 lost */
  char session[5];
  char head[head_size]; /* how the line begins that is being read */
  int length;
  unsigned heard;
};

static struct user *users;
static char (*identities)[2][40];
static unsigned count, in, lost;
static char buffer[buffer_size];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

static void say(struct user *user, const char *text, size_t length) {
  if (send(user->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length) die("send");
}

static void line(struct user *user) {
  const char *head = user->head;
  if (user->state == 1 && memcmp(head, "ISID ", 5) == 0) {
    memcpy(user->session, head + 5, 4);
    unsigned which = user - users;
    char info[512];
    int length = snprintf(info, sizeof info,
                          "BINF %s ID%s PD%s NIload%u SL1 FS1 SS1073741824 SF100 HN1 HR0 HO0 I4127.0.0.1 SUTCP4,UDP4 "
                          "U41 APload VE1 DEa\\sline\\sabout\\sme\n",
                          user->session, identities[which][1], identities[which][0], which);
    user->state = 2;
    say(user, info, length);
  } else if (user->state == 2 && memcmp(head, "BINF ", 5) == 0 && memcmp(head + 5, user->session, 4) == 0) {
    user->state = 3;
    in++;
  } else if (memcmp(head, "BMSG ", 5) == 0) {
    user->heard++;
  } else if (memcmp(head, "ISTA 2", 6) == 0) {
    fprintf(stderr, "refused: %.*s\n", user->length < head_size ? user->length : head_size, head);
  }
}

static void hear(struct user *user) {
  ssize_t got = recv(user->fd, buffer, buffer_size, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    if (user->state == 3) in--;
    user->state = 4;
    lost++;
    close(user->fd);
    return;
  }
  for (const char *at = buffer, *end = buffer + got; at < end;) {
    const char *stop = memchr(at, '\n', end - at);
    int part = (stop == NULL ? end : stop) - at, room = head_size - user->length;
    if (room > 0) memcpy(user->head + user->length, at, part < room ? part : room);
    user->length += part < head_size ? part : head_size;
    if (user->length > head_size) user->length = head_size;
    if (stop == NULL) break;
    if (user->length > 0) line(user);
    user->length = 0;
    at = stop + 1;
  }
}

/* Gives whether anybody had something to hear within the time. */
static int hear_all(int poller, int wait_ms) {
  static struct epoll_event events[1024];
  usleep(pause_us);
  int ready = epoll_wait(poller, events, 1024, wait_ms);
  for (int i = 0; i < ready; i++) hear(events[i].data.ptr);
  return ready > 0;
}

static void dial_hub(struct user *user, int poller, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  user->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (user->fd < 0 || connect(user->fd, (struct sockaddr *)&to, sizeof to) != 0) die("connect");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = user};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, user->fd, &event) != 0) die("epoll_ctl");
  user->state = 1;
  say(user, "HSUP ADBASE ADTIGR\n", 19);
}

int main(int argument_count, char **arguments) {
  if (argument_count < 4) return 2;
  int port = atoi(arguments[1]);
  count = atoi(arguments[2]);
  unsigned lines = atoi(arguments[3]), window = argument_count > 4 ? atoi(arguments[4]) : 100;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  users = calloc(count, sizeof *users);
  identities = calloc(count, sizeof *identities);
  for (unsigned i = 0; i < count; i++)
    if (scanf("%39s %39s", identities[i][0], identities[i][1]) != 2) return 3;
  int poller = epoll_create1(0);
  double began = now();
  for (unsigned dialled = 0; in + lost < count;) {
    while (dialled < count && dialled - in - lost < most_at_once) dial_hub(&users[dialled++], poller, port);
    if (!hear_all(poller, 10000)) return fprintf(stderr, "the hub is silent: %u of %u are in\n", in, count), 4;
  }
  printf("in %.6f\nlost %u\n", now() - began, lost), fflush(stdout);

  char words[letters + 1];
  memset(words, 'x', letters);
  words[letters] = 0;
  unsigned said = 0;
  for (unsigned i = 0; i < count; i++) users[i].heard = 0;
  began = now();
  unsigned slowest = 0, silent = 0;
  while (slowest < lines) {
    for (unsigned speaker = said; said < lines && said - slowest < window;) {
      struct user *user = &users[speaker++ % count];
      if (user->state != 3) continue;
      char text[letters + 32];
      say(user, text, snprintf(text, sizeof text, "BMSG %s %s\n", user->session, words));
      said++;
    }
    if (!hear_all(poller, 5000) && ++silent > 2) break;
    slowest = lines;
    for (unsigned i = 0; i < count; i++)
      if (users[i].state == 3 && users[i].heard < slowest) slowest = users[i].heard;
  }
  printf("said %.6f\nlost %u\nheard %u\n", now() - began, lost, slowest), fflush(stdout);
  struct pollfd input = {.fd = 0, .events = POLLIN};
  while (poll(&input, 1, -1) > 0 && getchar() != EOF) continue;
  return 0;
}

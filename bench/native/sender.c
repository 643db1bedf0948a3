/*
 * Replays prebuilt datagrams to a port of loopback at a steady rate, or at one after another, by sendmmsg.
 *
 *   sender PORT FILE RATE SECONDS [RATE SECONDS]...
 *
 * FILE holds datagrams, each behind its length (32 bits, this machine's order). Each is of an agent of its own: its
 * sequence number and uptime go on with every round, as a collector throws away what it has seen before. Prints how
 * many were sent at each rate, a line each.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define NS_PER_S 1000000000LL
/* In the header of a datagram whose agent has an IPv4 address (sFlow v5). */
#define SEQUENCE_AT 16
#define UPTIME_AT 20

struct datagrams {
  uint8_t **bytes;
  uint32_t *lengths;
  size_t count;
};

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static void sleep_until(int64_t at) {
  struct timespec time = {.tv_sec = at / NS_PER_S, .tv_nsec = at % NS_PER_S};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static struct datagrams read_file(const char *name) {
  struct datagrams all = {0};
  FILE *file = fopen(name, "rb");
  uint32_t length;
  if (file == NULL) fail(name);
  while (fread(&length, sizeof length, 1, file) == 1) {
    all.bytes = realloc(all.bytes, (all.count + 1) * sizeof *all.bytes);
    all.lengths = realloc(all.lengths, (all.count + 1) * sizeof *all.lengths);
    if (all.bytes == NULL || all.lengths == NULL) fail("memory");
    uint8_t *bytes = malloc(length);
    if (bytes == NULL || fread(bytes, 1, length, file) != length) fail(name);
    all.bytes[all.count] = bytes;
    all.lengths[all.count++] = length;
  }
  fclose(file);
  if (all.count == 0) fail("no datagrams");
  return all;
}

static void number(uint8_t *bytes, uint32_t sequence, uint32_t uptime_ms) {
  sequence = htonl(sequence);
  uptime_ms = htonl(uptime_ms);
  memcpy(bytes + SEQUENCE_AT, &sequence, sizeof sequence);
  memcpy(bytes + UPTIME_AT, &uptime_ms, sizeof uptime_ms);
}

static int connected(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) fail("socket");
  return fd;
}

/* Sends `count` datagrams from the `sent`th on; at most a batch, and never two of one agent in it. */
static size_t send_batch(int fd, const struct datagrams *all, uint64_t sent, size_t count, int64_t start) {
  struct mmsghdr messages[BATCH] = {0};
  struct iovec vectors[BATCH];
  if (count > BATCH) count = BATCH;
  if (count > all->count) count = all->count;
  for (size_t i = 0; i < count; i++) {
    size_t at = (sent + i) % all->count;
    number(all->bytes[at], (uint32_t)((sent + i) / all->count) + 1, (uint32_t)((now_ns() - start) / 1000000) + 1);
    vectors[i] = (struct iovec){all->bytes[at], all->lengths[at]};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int done = sendmmsg(fd, messages, (unsigned)count, 0);
  return done < 0 ? 0 : (size_t)done;
}

/* Sends at a rate for a while, from the `sent`th datagram on. Returns how many it sent. */
static uint64_t send_for(int fd, const struct datagrams *all, uint64_t sent, double rate, double seconds, int64_t start) {
  int64_t from = now_ns();
  uint64_t count = 0;
  for (int64_t now = from; now - from < (int64_t)(seconds * 1e9); now = now_ns()) {
    uint64_t due = (uint64_t)((double)(now - from) / 1e9 * rate);
    if (due > count) count += send_batch(fd, all, sent + count, due - count, start);
    else sleep_until(now + 500000);
  }
  return count;
}

int main(int argc, char **argv) {
  if (argc < 5 || argc % 2 == 0) return 2;
  struct datagrams all = read_file(argv[2]);
  int fd = connected(atoi(argv[1]));
  int64_t start = now_ns();
  uint64_t sent = 0;
  for (int at = 3; at < argc; at += 2) {
    uint64_t count = send_for(fd, &all, sent, atof(argv[at]), atof(argv[at + 1]), start);
    sent += count;
    printf("%llu\n", (unsigned long long)count);
    fflush(stdout);
  }
  return 0;
}

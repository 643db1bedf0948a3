/*
 * What receiving costs by itself: recvmmsg in batches, and nothing is looked at.
 *
 *   floor PORT REST_US
 *
 * REST_US is a pause after each batch, in which more can gather; 0 waits for every datagram. Ends on SIGTERM and prints
 * how many came.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64
#define BYTES (65536 + 448)

static volatile sig_atomic_t is_over;
static uint8_t bytes[BATCH][BYTES];

static void end(int signal) {
  (void)signal;
  is_over = 1;
}

static int bound(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int buffer = 16 * 1024 * 1024;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) != 0) {
    perror("bind");
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int fd = bound(atoi(argv[1]));
  struct timespec rest = {.tv_sec = 0, .tv_nsec = atol(argv[2]) * 1000};
  struct sigaction action = {.sa_handler = end};
  struct mmsghdr messages[BATCH] = {0};
  struct iovec vectors[BATCH];
  uint64_t received = 0;
  sigaction(SIGTERM, &action, NULL);
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){bytes[i], BYTES};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  while (!is_over) {
    int count = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    if (count > 0) received += (uint64_t)count;
    if (count < BATCH && rest.tv_nsec > 0) nanosleep(&rest, NULL);
  }
  printf("{\"received\": %llu}\n", (unsigned long long)received);
  return 0;
}

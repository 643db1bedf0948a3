#define _GNU_SOURCE
#include "forward.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <unistd.h>

/* Calls for one batch and one collector: an error takes the datagram that it met, and more of them are not worth it. */
#define MAX_CALLS 4
/* What may wait in a socket for a slow network: a burst of some thousand datagrams. */
#define SEND_BUFFER_BYTES (4 * 1024 * 1024)

static int open_to(const struct addrinfo *address) {
  int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  int bytes = SEND_BUFFER_BYTES;
  /* Where the system grants less, it is less. */
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  if (connect(fd, address->ai_addr, address->ai_addrlen) == 0) return fd;
  int error = -errno;
  close(fd);
  return error;
}

int forward_open(struct forward *forward, const char *host, const char *port) {
  if (forward->count == MAX_FORWARDS) return -ENOSPC;
  struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  struct addrinfo *found = NULL;
  if (getaddrinfo(host, port, &wanted, &found) != 0) return -EADDRNOTAVAIL;
  int fd = open_to(found);
  freeaddrinfo(found);
  if (fd < 0) return fd;
  forward->fds[forward->count++] = fd;
  return 0;
}

void forward_put(struct forward *forward, size_t i, uint8_t *bytes, size_t length) {
  forward->vectors[i] = (struct iovec){.iov_base = bytes, .iov_len = length};
  forward->messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &forward->vectors[i], .msg_iovlen = 1}};
}

static size_t send_to(int fd, struct mmsghdr *messages, size_t count) {
  size_t at = 0;
  size_t sent = 0;
  for (int calls = 0; at < count && calls < MAX_CALLS; calls++) {
    int done = sendmmsg(fd, messages + at, (unsigned)(count - at), MSG_DONTWAIT);
    if (done > 0) {
      at += (size_t)done;
      sent += (size_t)done;
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      break;
    } else {
      at++;
    }
  }
  return sent;
}

uint32_t forward_send(struct forward *forward, size_t count) {
  size_t sent = 0;
  for (int i = 0; i < forward->count; i++) sent += send_to(forward->fds[i], forward->messages, count);
  return (uint32_t)sent;
}

void forward_close(struct forward *forward) {
  for (int i = 0; i < forward->count; i++) close(forward->fds[i]);
  forward->count = 0;
}

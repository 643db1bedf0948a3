/* Sends copies of datagrams on to other collectors, as they came, and never waits for it (sendmmsg(2)). */
#ifndef TENHERTZ_FORWARD_H
#define TENHERTZ_FORWARD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define MAX_FORWARDS 8
/* Datagrams that one call sends at most. */
#define FORWARD_BATCH 64

struct forward {
  int fds[MAX_FORWARDS];
  int count;
  struct mmsghdr messages[FORWARD_BATCH];
  struct iovec vectors[FORWARD_BATCH];
};

/* Adds a numeric address and port to send to. Returns 0 or a negative errno. */
int forward_open(struct forward *forward, const char *host, const char *port);

/* Says where the `i`th datagram of the next batch stands. */
void forward_put(struct forward *forward, size_t i, uint8_t *bytes, size_t length);

/* Sends the first `count` of them to all. Returns how many of these copies went out, of count * forward->count. */
uint32_t forward_send(struct forward *forward, size_t count);

void forward_close(struct forward *forward);

#endif

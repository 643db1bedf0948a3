/* Opens UDP sockets that tell with each datagram when it came and how many were dropped before it (socket(7)). */
#ifndef TENHERTZ_UDP_H
#define TENHERTZ_UDP_H

#include <stdbool.h>

struct udp_opened {
  int fd;
  int port;
  /* Receive buffer that the kernel granted. */
  int buffer_bytes;
};

/*
 * Binds to a numeric address of IPv4, or of IPv6 alone, and a port (0: the system chooses). Asks for `buffer_bytes` of
 * receive buffer, past the system's limit where that is allowed. Returns 0 or a negative errno.
 */
int udp_open(const char *host, const char *port, bool reuse_port, int buffer_bytes, struct udp_opened *opened);

#endif

#define _GNU_SOURCE
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static bool set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

static int get(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : 0;
}

/* Privileged, a process may go past net.core.rmem_max. Linux answers twice what it grants, for its own book-keeping. */
static int grow_buffer(int fd, int bytes) {
  if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) set(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  return get(fd, SO_RCVBUF) / 2;
}

static int port_of(int fd) {
  struct sockaddr_storage name;
  socklen_t size = sizeof name;
  if (getsockname(fd, (struct sockaddr *)&name, &size) != 0) return -errno;
  if (name.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
  return ntohs(((struct sockaddr_in *)&name)->sin_port);
}

/* Everything is set before binding, so that not one datagram comes without its timestamp. */
static int bind_socket(int fd, const struct addrinfo *address, bool reuse_port) {
  if (address->ai_family == AF_INET6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) return -errno;
  if (reuse_port && !set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return -errno;
  if (!set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1)) return -errno;
  if (!set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1)) return -errno;
  if (bind(fd, address->ai_addr, address->ai_addrlen) != 0) return -errno;
  return port_of(fd);
}

static int open_at(const struct addrinfo *address, bool reuse_port, int buffer_bytes, struct udp_opened *opened) {
  int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int granted = grow_buffer(fd, buffer_bytes);
  int port = bind_socket(fd, address, reuse_port);
  if (port < 0) {
    close(fd);
    return port;
  }
  *opened = (struct udp_opened){.fd = fd, .port = port, .buffer_bytes = granted};
  return 0;
}

int udp_open(const char *host, const char *port, bool reuse_port, int buffer_bytes, struct udp_opened *opened) {
  struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  struct addrinfo *found = NULL;
  if (getaddrinfo(host, port, &wanted, &found) != 0) return -EADDRNOTAVAIL;
  int error = open_at(found, reuse_port, buffer_bytes, opened);
  freeaddrinfo(found);
  return error;
}

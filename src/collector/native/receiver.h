/*
 * Receives UDP datagrams in a thread of its own and puts them into rings. All functions but the thread itself are
 * called from one other thread. Linux only: recvmmsg(2), socket(7).
 */
#ifndef TENHERTZ_RECEIVER_H
#define TENHERTZ_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch.h"

struct receiver;

/* Returns NULL where memory is short, or the table is none that tells several rings apart; one ring needs none.
 * `rings` are copied; their memory, and that of the table, must outlive `receiver_stop`. */
struct receiver *receiver_new(const struct ring *rings, int count, void *table, size_t table_bytes);

/*
 * Opens a socket as `udp_open` does, before the start. Returns its port, or a negative errno.
 */
int receiver_listen(struct receiver *receiver, const char *host, const char *port, bool reuse_port, int buffer_bytes);

/* Has each datagram sent on to a numeric address and port as well, before the start. Returns 0 or a negative errno. */
int receiver_forward(struct receiver *receiver, const char *host, const char *port);

/* Receive buffer that the kernel granted, the smallest of the sockets. */
int receiver_buffer_bytes(const struct receiver *receiver);

/* Starts the thread. Returns 0 or a negative errno. */
int receiver_start(struct receiver *receiver);

/* Joins the thread and closes the sockets; a second time, or before the start, that is no error. */
void receiver_stop(struct receiver *receiver);

void receiver_free(struct receiver *receiver);

#endif

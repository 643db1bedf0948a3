/*
 * Which of several rings a datagram goes to: all that state one agent address to the same. Agents are told apart by a
 * hash of their address, so that the table has a fixed size whatever comes. It is shared with JavaScript, which asks
 * for moves; dispatch.ts has the same layout and the same hash, for datagrams that come through Node's own sockets.
 */
#ifndef TENHERTZ_DISPATCH_H
#define TENHERTZ_DISPATCH_H

#include "ring.h"

#define DISPATCH_MAX_RINGS 8
#define DISPATCH_BUCKETS 4096
/* Moves that may be asked for and not yet done, a power of two. */
#define DISPATCH_QUEUE 64
/* What a datagram of no bytes costs, in bytes. */
#define DISPATCH_COST 256

/* Indexes of words of the table. `ASKED` counts moves and is JavaScript's, the rest is the dispatcher's. */
enum DispatchWord {
  DISPATCH_SEED = 0,
  DISPATCH_ASKED = 1,
  DISPATCH_DONE = 2,
  /* Of those that were done: the others were refused by a full ring, or had nothing to move. */
  DISPATCH_MOVED = 3,
  /* Bucket, and ring << 16. */
  DISPATCH_MOVES = 16,
  /* By bucket: its ring plus 1, 0 before its first datagram; and what its datagrams have cost, modulo 2^32. */
  DISPATCH_RING = 128,
  DISPATCH_LOAD = DISPATCH_RING + DISPATCH_BUCKETS,
  DISPATCH_WORDS = DISPATCH_LOAD + DISPATCH_BUCKETS,
};

struct dispatch {
  _Atomic uint32_t *words;
  struct ring *rings;
  int count;
  /* By ring: what the datagrams of the last seconds have cost, halved every second; and when it was. */
  uint64_t recent[DISPATCH_MAX_RINGS];
  double halved_ms;
};

/* False where the table has not the size that it must have. */
bool dispatch_init(struct dispatch *dispatch, void *words, size_t bytes, struct ring *rings, int count);

/* Does what was asked for: a mark in the ring that agents leave, and one in the ring that they come to. */
void dispatch_moves(struct dispatch *dispatch, double now_ms);

/* The ring of a datagram; writes its bucket into the slot. What is no sFlow goes to the first. */
int dispatch_ring(struct dispatch *dispatch, struct slot *slot, const uint8_t *datagram);

#endif

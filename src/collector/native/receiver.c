#define _GNU_SOURCE
#include "receiver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "forward.h"
#include "udp.h"

#define MAX_SOCKETS 4
/* Datagrams that one system call brings. */
#define BATCH 64
/* Larger than any UDP payload, so nothing is ever cut. Off a power of two, so that the batch's datagrams do not all
 * compete for the same few lines of the cache. */
#define STAGE_BYTES (65536 + 448)
/* A timestamp and a drop count, each with its header. */
#define CONTROL_BYTES (CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t)))

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000LL
/* Longest rest after a batch. */
#define MAX_REST_NS NS_PER_MS
/* Granted buffer that allows it: a smaller one shortens the rest in proportion. */
#define FULL_REST_BYTES (4 * 1024 * 1024)
/* A datagram that waited for longer is not forwarded: the thread is behind, and has better things to do. */
#define MAX_FORWARD_AGE_NS (50 * NS_PER_MS)

_Static_assert(FORWARD_BATCH >= BATCH, "a batch is forwarded in one go");

struct udp_socket {
  int fd;
  /* The kernel's drop count as last told, modulo 2^32 like its own. */
  uint32_t dropped;
};

/* Where the kernel puts a batch. */
struct batch {
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH];
  struct sockaddr_storage names[BATCH];
  _Alignas(struct cmsghdr) uint8_t controls[BATCH][CONTROL_BYTES];
  uint8_t bytes[BATCH][STAGE_BYTES];
};

struct receiver {
  struct ring rings[DISPATCH_MAX_RINGS];
  int ring_count;
  /* Only where there are several. */
  struct dispatch dispatch;
  /* Of the present batch: how many went to each ring, and how full that is. */
  uint32_t taken[DISPATCH_MAX_RINGS];
  uint32_t pressure[DISPATCH_MAX_RINGS];
  struct udp_socket sockets[MAX_SOCKETS];
  int socket_count;
  int buffer_bytes;
  struct batch *batch;
  struct forward forward;
  /* State of the dice that thin (xorshift32); never 0. */
  uint32_t random;
  pthread_t thread;
  bool is_running;
  atomic_bool is_stopping;
  /* Wakes the thread from its wait. */
  int wake_fd;
};

/* Counts what concerns the sockets and no one ring. */
static void count(struct receiver *receiver, enum Word word, uint32_t more) {
  ring_count(&receiver->rings[0], word, more);
}

static int64_t now_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * NS_PER_S + time.tv_nsec;
}

struct receiver *receiver_new(const struct ring *rings, int count, void *table, size_t table_bytes) {
  struct receiver *receiver = calloc(1, sizeof *receiver);
  if (receiver == NULL) return NULL;
  memcpy(receiver->rings, rings, (size_t)count * sizeof *rings);
  receiver->ring_count = count;
  if (count > 1 && !dispatch_init(&receiver->dispatch, table, table_bytes, receiver->rings, count)) {
    free(receiver);
    return NULL;
  }
  receiver->wake_fd = -1;
  receiver->random = (uint32_t)now_ns(CLOCK_MONOTONIC) | 1;
  return receiver;
}

int receiver_listen(struct receiver *receiver, const char *host, const char *port, bool reuse_port, int buffer_bytes) {
  if (receiver->is_running || receiver->socket_count == MAX_SOCKETS) return -EINVAL;
  struct udp_opened opened;
  int error = udp_open(host, port, reuse_port, buffer_bytes, &opened);
  if (error != 0) return error;
  if (receiver->socket_count == 0 || opened.buffer_bytes < receiver->buffer_bytes)
    receiver->buffer_bytes = opened.buffer_bytes;
  receiver->sockets[receiver->socket_count++] = (struct udp_socket){.fd = opened.fd, .dropped = 0};
  return opened.port;
}

int receiver_forward(struct receiver *receiver, const char *host, const char *port) {
  return receiver->is_running ? -EINVAL : forward_open(&receiver->forward, host, port);
}

int receiver_buffer_bytes(const struct receiver *receiver) { return receiver->buffer_bytes; }

/* ---- what the kernel tells with a datagram ---- */

/* Copies the address into the slot as four words; anything else than IP cannot come from these sockets. */
static void read_source(const struct sockaddr_storage *name, uint32_t words[4]) {
  if (name->ss_family == AF_INET6) {
    memcpy(words, &((const struct sockaddr_in6 *)name)->sin6_addr, 16);
    for (int i = 0; i < 4; i++) words[i] = ntohl(words[i]);
    return;
  }
  words[0] = 0;
  words[1] = 0;
  words[2] = 0xffff;
  words[3] = ntohl(((const struct sockaddr_in *)name)->sin_addr.s_addr);
}

/* Wall time of the datagram's arrival, or 0 where there is none; adds newly told drops to the ring's count. */
static int64_t read_control(struct receiver *receiver, struct udp_socket *from, struct msghdr *message) {
  int64_t stamp = 0;
  for (struct cmsghdr *it = CMSG_FIRSTHDR(message); it != NULL; it = CMSG_NXTHDR(message, it)) {
    if (it->cmsg_level != SOL_SOCKET) continue;
    if (it->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(it), sizeof time);
      stamp = time.tv_sec * NS_PER_S + time.tv_nsec;
    } else if (it->cmsg_type == SO_RXQ_OVFL) {
      uint32_t dropped;
      memcpy(&dropped, CMSG_DATA(it), sizeof dropped);
      count(receiver, WORD_KERNEL_DROPPED, dropped - from->dropped);
      from->dropped = dropped;
    }
  }
  return stamp;
}

/* ---- the thread ---- */

static void prepare_batch(struct batch *batch) {
  for (int i = 0; i < BATCH; i++) {
    batch->vectors[i] = (struct iovec){.iov_base = batch->bytes[i], .iov_len = STAGE_BYTES};
    batch->messages[i].msg_hdr = (struct msghdr){
        .msg_name = &batch->names[i],
        .msg_namelen = sizeof batch->names[i],
        .msg_iov = &batch->vectors[i],
        .msg_iovlen = 1,
        .msg_control = batch->controls[i],
        .msg_controllen = CONTROL_BYTES,
    };
  }
}

static uint32_t throw_dice(struct receiver *receiver) {
  uint32_t random = receiver->random;
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  return receiver->random = random;
}

/* Where the reader cannot keep up, datagrams are dropped at random before the ring is full: to drop the newest would
 * leave out what comes in bursts, and no correction could bring that back. */
static void put(struct receiver *receiver, struct slot *slot, const uint8_t *datagram) {
  int i = receiver->ring_count > 1 ? dispatch_ring(&receiver->dispatch, slot, datagram) : 0;
  struct ring *ring = &receiver->rings[i];
  uint32_t pressure = receiver->pressure[i];
  receiver->taken[i]++;
  if (pressure > 0 && throw_dice(receiver) < pressure) ring_count(ring, WORD_THINNED, 1);
  else if (!ring_push(ring, slot, datagram)) ring_count(ring, WORD_RING_DROPPED, 1);
}

/* Returns the datagram's age. A stamp from the future is one from now. */
static int64_t take(struct receiver *receiver, struct udp_socket *from, int i, int64_t monotonic_ns, int64_t wall_ns) {
  struct batch *batch = receiver->batch;
  struct msghdr *message = &batch->messages[i].msg_hdr;
  int64_t stamp = read_control(receiver, from, message);
  int64_t age_ns = stamp > 0 && stamp < wall_ns ? wall_ns - stamp : 0;
  struct slot slot = {.length = batch->messages[i].msg_len, .arrival_ms = (double)(monotonic_ns - age_ns) / NS_PER_MS};
  read_source(&batch->names[i], slot.source);
  put(receiver, &slot, batch->bytes[i]);
  /* The kernel has written how much it used of these. */
  message->msg_namelen = sizeof batch->names[i];
  message->msg_controllen = CONTROL_BYTES;
  return age_ns;
}

static void forward_batch(struct receiver *receiver, int datagrams, int64_t oldest_ns) {
  struct batch *batch = receiver->batch;
  uint32_t copies = (uint32_t)(datagrams * receiver->forward.count);
  uint32_t sent = 0;
  if (oldest_ns <= MAX_FORWARD_AGE_NS) {
    for (int i = 0; i < datagrams; i++)
      forward_put(&receiver->forward, (size_t)i, batch->bytes[i], batch->messages[i].msg_len);
    sent = forward_send(&receiver->forward, (size_t)datagrams);
  }
  count(receiver, WORD_FORWARDED, sent);
  count(receiver, WORD_FORWARD_FAILED, copies - sent);
}

/* A short sleep lets datagrams gather in the socket, so that one call brings many: waking for each one costs more than
 * all the rest. Only as long as the buffer can take it. */
static void rest(const struct receiver *receiver) {
  int64_t ns = (int64_t)receiver->buffer_bytes * MAX_REST_NS / FULL_REST_BYTES;
  struct timespec time = {.tv_sec = 0, .tv_nsec = ns < MAX_REST_NS ? ns : MAX_REST_NS};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static void begin_batch(struct receiver *receiver, int64_t monotonic_ns) {
  for (int i = 0; i < receiver->ring_count; i++) {
    ring_rewind(&receiver->rings[i]);
    receiver->pressure[i] = ring_pressure(&receiver->rings[i]);
    receiver->taken[i] = 0;
  }
  if (receiver->ring_count > 1) dispatch_moves(&receiver->dispatch, (double)monotonic_ns / NS_PER_MS);
}

static void end_batch(struct receiver *receiver) {
  for (int i = 0; i < receiver->ring_count; i++) {
    ring_count(&receiver->rings[i], WORD_RECEIVED, receiver->taken[i]);
    ring_publish(&receiver->rings[i]);
  }
}

/* Reads what one call brings. A full ring does not stop it: what comes later would only wait in the socket, grow old and
 * be lost there. */
static int read_batch(struct receiver *receiver, struct udp_socket *from) {
  int read = recvmmsg(from->fd, receiver->batch->messages, BATCH, MSG_DONTWAIT, NULL);
  if (read < 0) {
    if (errno == EAGAIN || errno == EINTR) return 0;
    /* An error that stays would have `poll` come back at once for ever. */
    count(receiver, WORD_ERRORS, 1);
    rest(receiver);
    return 0;
  }
  int64_t monotonic_ns = now_ns(CLOCK_MONOTONIC);
  int64_t wall_ns = now_ns(CLOCK_REALTIME);
  int64_t oldest_ns = 0;
  begin_batch(receiver, monotonic_ns);
  for (int i = 0; i < read; i++) {
    int64_t age_ns = take(receiver, from, i, monotonic_ns, wall_ns);
    if (age_ns > oldest_ns) oldest_ns = age_ns;
  }
  end_batch(receiver);
  if (receiver->forward.count > 0) forward_batch(receiver, read, oldest_ns);
  return read;
}

/* Reads each socket in turn until none has a whole batch left. Returns whether there was anything at all. Datagrams of
 * one socket stay in order; those of two may change places within a rest. */
static bool read_sockets(struct receiver *receiver) {
  bool had_any = false;
  bool has_more;
  do {
    has_more = false;
    for (int i = 0; i < receiver->socket_count; i++) {
      int read = read_batch(receiver, &receiver->sockets[i]);
      had_any |= read > 0;
      has_more |= read == BATCH;
    }
  } while (has_more && !atomic_load(&receiver->is_stopping));
  return had_any;
}

static void wait_readable(struct receiver *receiver) {
  struct pollfd polled[MAX_SOCKETS + 1];
  polled[0] = (struct pollfd){.fd = receiver->wake_fd, .events = POLLIN};
  for (int i = 0; i < receiver->socket_count; i++)
    polled[i + 1] = (struct pollfd){.fd = receiver->sockets[i].fd, .events = POLLIN};
  poll(polled, (nfds_t)receiver->socket_count + 1, -1);
}

static void *run(void *argument) {
  struct receiver *receiver = argument;
  while (!atomic_load(&receiver->is_stopping)) {
    if (read_sockets(receiver)) rest(receiver);
    else wait_readable(receiver);
  }
  return NULL;
}

/* Signals are for the process's own threads to handle. */
static int start_thread(struct receiver *receiver) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&receiver->thread, NULL, run, receiver);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return -error;
}

int receiver_start(struct receiver *receiver) {
  if (receiver->is_running || receiver->socket_count == 0) return -EINVAL;
  receiver->wake_fd = eventfd(0, EFD_CLOEXEC);
  if (receiver->wake_fd < 0) return -errno;
  /* Not zeroed: only what datagrams touch becomes resident. */
  receiver->batch = malloc(sizeof *receiver->batch);
  if (receiver->batch == NULL) return -ENOMEM;
  prepare_batch(receiver->batch);
  int error = start_thread(receiver);
  if (error != 0) return error;
  pthread_setname_np(receiver->thread, "sflow-receiver");
  receiver->is_running = true;
  return 0;
}

static void stop_thread(struct receiver *receiver) {
  uint64_t one = 1;
  atomic_store(&receiver->is_stopping, true);
  /* Writing to an eventfd of ours cannot fail short of its overflow; the thread is awake then anyway. */
  ssize_t written = write(receiver->wake_fd, &one, sizeof one);
  (void)written;
  pthread_join(receiver->thread, NULL);
  receiver->is_running = false;
}

void receiver_stop(struct receiver *receiver) {
  if (receiver->is_running) stop_thread(receiver);
  for (int i = 0; i < receiver->socket_count; i++) close(receiver->sockets[i].fd);
  receiver->socket_count = 0;
  forward_close(&receiver->forward);
  if (receiver->wake_fd >= 0) close(receiver->wake_fd);
  receiver->wake_fd = -1;
  free(receiver->batch);
  receiver->batch = NULL;
}

void receiver_free(struct receiver *receiver) {
  receiver_stop(receiver);
  free(receiver);
}

/*
 * The receiver as a Node-API addon: receiver.ts is its only caller.
 *
 *   open(rings: Uint8Array[], table: Uint8Array): Handle
 *                                              zeroed rings, see ring.h; with several a table, see dispatch.h
 *   listen(handle, host, port, reusePort, bufferBytes): port, or a negative errno
 *   forward(handle, host, port): 0, or a negative errno
 *   bufferBytes(handle): bytes that the kernel granted
 *   start(handle), stop(handle): 0 or a negative errno
 *   layout: number                              RING_LAYOUT
 *
 * A handle keeps the memory of rings and table alive until it is stopped, which happens at the latest when its environment (the
 * worker, or the process) is cleaned up or the handle is collected.
 */
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdlib.h>

#include "receiver.h"

#define MAX_TEXT 64

struct handle {
  struct receiver *receiver;
  napi_ref rings;
  napi_ref table;
};

/* ---- life ---- */

static void shut(napi_env env, struct handle *handle) {
  receiver_stop(handle->receiver);
  if (handle->rings != NULL) napi_delete_reference(env, handle->rings);
  if (handle->table != NULL) napi_delete_reference(env, handle->table);
  handle->rings = NULL;
  handle->table = NULL;
}

/* The environment ends with the thread still running: it must not outlive the memory that it writes to. */
static void at_exit_of_environment(void *data) { receiver_stop(((struct handle *)data)->receiver); }

static void collected(napi_env env, void *data, void *hint) {
  (void)hint;
  struct handle *handle = data;
  napi_remove_env_cleanup_hook(env, at_exit_of_environment, handle);
  shut(env, handle);
  receiver_free(handle->receiver);
  free(handle);
}

static struct handle *new_handle(const struct ring *rings, int count, void *table, size_t table_bytes) {
  struct handle *handle = calloc(1, sizeof *handle);
  if (handle == NULL) return NULL;
  handle->receiver = receiver_new(rings, count, table, table_bytes);
  if (handle->receiver != NULL) return handle;
  free(handle);
  return NULL;
}

/* ---- arguments and results ---- */

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

static napi_value number(napi_env env, int value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

static bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  return napi_get_cb_info(env, info, &given, values, NULL, NULL) == napi_ok && given >= count;
}

static struct handle *handle_of(napi_env env, napi_value value) {
  void *handle = NULL;
  return napi_get_value_external(env, value, &handle) == napi_ok ? handle : NULL;
}

static bool read_text(napi_env env, napi_value value, char text[MAX_TEXT]) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, text, MAX_TEXT, &length) != napi_ok) return false;
  return length < MAX_TEXT - 1;
}

/* The only argument of most calls; throws where it is something else. */
static struct handle *only_handle(napi_env env, napi_callback_info info) {
  napi_value value = NULL;
  struct handle *handle = read_arguments(env, info, 1, &value) ? handle_of(env, value) : NULL;
  if (handle == NULL) fail(env, "not a handle");
  return handle;
}

/* ---- functions ---- */

/* napi_get_arraybuffer_info refuses a SharedArrayBuffer; a view over one is welcome. */
static bool read_memory(napi_env env, napi_value value, void **memory, size_t *length) {
  napi_typedarray_type type;
  if (napi_get_typedarray_info(env, value, &type, length, memory, NULL, NULL) != napi_ok) return false;
  return type == napi_uint8_array;
}

/* Returns how many there are; 0 where they are too many, or one of them is none. */
static int read_rings(napi_env env, napi_value values, struct ring rings[DISPATCH_MAX_RINGS]) {
  uint32_t count = 0;
  if (napi_get_array_length(env, values, &count) != napi_ok || count > DISPATCH_MAX_RINGS) return 0;
  for (uint32_t i = 0; i < count; i++) {
    napi_value value = NULL;
    void *memory = NULL;
    size_t length = 0;
    if (napi_get_element(env, values, i, &value) != napi_ok) return 0;
    if (!read_memory(env, value, &memory, &length) || !ring_init(&rings[i], memory, length)) return 0;
  }
  return (int)count;
}

static napi_value open_handle(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct ring rings[DISPATCH_MAX_RINGS];
  void *table = NULL;
  size_t table_bytes = 0;
  if (!read_arguments(env, info, 2, values)) return fail(env, "open takes 2 arguments");
  int count = read_rings(env, values[0], rings);
  if (count == 0) return fail(env, "not a ring");
  if (!read_memory(env, values[1], &table, &table_bytes)) return fail(env, "not a table");
  struct handle *handle = new_handle(rings, count, table, table_bytes);
  if (handle == NULL) return fail(env, "the table is of another size, or out of memory");
  napi_value result = NULL;
  if (napi_create_external(env, handle, collected, NULL, &result) != napi_ok) {
    receiver_free(handle->receiver);
    free(handle);
    return NULL;
  }
  if (napi_create_reference(env, values[0], 1, &handle->rings) != napi_ok) return NULL;
  if (napi_create_reference(env, values[1], 1, &handle->table) != napi_ok) return NULL;
  if (napi_add_env_cleanup_hook(env, at_exit_of_environment, handle) != napi_ok) return NULL;
  return result;
}

static napi_value listen_on(napi_env env, napi_callback_info info) {
  napi_value values[5];
  char host[MAX_TEXT];
  char port[MAX_TEXT];
  bool reuse_port = false;
  int32_t buffer_bytes = 0;
  if (!read_arguments(env, info, 5, values)) return fail(env, "listen takes 5 arguments");
  struct handle *handle = handle_of(env, values[0]);
  if (handle == NULL || !read_text(env, values[1], host) || !read_text(env, values[2], port) ||
      napi_get_value_bool(env, values[3], &reuse_port) != napi_ok ||
      napi_get_value_int32(env, values[4], &buffer_bytes) != napi_ok)
    return fail(env, "an argument of listen is wrong");
  return number(env, receiver_listen(handle->receiver, host, port, reuse_port, buffer_bytes));
}

static napi_value forward_to(napi_env env, napi_callback_info info) {
  napi_value values[3];
  char host[MAX_TEXT];
  char port[MAX_TEXT];
  if (!read_arguments(env, info, 3, values)) return fail(env, "forward takes 3 arguments");
  struct handle *handle = handle_of(env, values[0]);
  if (handle == NULL || !read_text(env, values[1], host) || !read_text(env, values[2], port))
    return fail(env, "an argument of forward is wrong");
  return number(env, receiver_forward(handle->receiver, host, port));
}

static napi_value buffer_bytes(napi_env env, napi_callback_info info) {
  struct handle *handle = only_handle(env, info);
  return handle == NULL ? NULL : number(env, receiver_buffer_bytes(handle->receiver));
}

static napi_value start(napi_env env, napi_callback_info info) {
  struct handle *handle = only_handle(env, info);
  return handle == NULL ? NULL : number(env, receiver_start(handle->receiver));
}

static napi_value stop(napi_env env, napi_callback_info info) {
  struct handle *handle = only_handle(env, info);
  if (handle == NULL) return NULL;
  shut(env, handle);
  return number(env, 0);
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor properties[] = {
      {"open", NULL, open_handle, NULL, NULL, NULL, napi_enumerable, NULL},
      {"listen", NULL, listen_on, NULL, NULL, NULL, napi_enumerable, NULL},
      {"forward", NULL, forward_to, NULL, NULL, NULL, napi_enumerable, NULL},
      {"bufferBytes", NULL, buffer_bytes, NULL, NULL, NULL, napi_enumerable, NULL},
      {"start", NULL, start, NULL, NULL, NULL, napi_enumerable, NULL},
      {"stop", NULL, stop, NULL, NULL, NULL, napi_enumerable, NULL},
      {"layout", NULL, NULL, NULL, NULL, number(env, RING_LAYOUT), napi_enumerable, NULL},
  };
  return napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties) == napi_ok ? exports
                                                                                                             : NULL;
}

#include "net/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "net/client_transfer.h"
#include "net/client_turns.h"

#define NEVER UINT64_MAX

uint64_t vd_client_now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- starting --- */

bool vd_client_is_url(const char *url) {
  bool is_http = strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
  if (!is_http || strchr(url, ':')[3] == '/') return false; /* libcurl takes a slash too many */
  CURLU *parts = curl_url();
  bool is_url = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK;
  curl_url_cleanup(parts);
  return is_url;
}

bool vd_client_is_credentials(const char *text) {
  size_t len = strnlen(text, VD_CLIENT_CREDENTIALS_MAX + 1);
  for (size_t at = 0; at < len; at++)
    if ((unsigned char)text[at] < 0x20 || text[at] == 0x7f) return false;
  return len <= VD_CLIENT_CREDENTIALS_MAX && memchr(text, ':', len) != NULL;
}

/* Asks the event loop for the next moment at which there is something to do. A moment too early by the rounding of
 * milliseconds does no harm, and is left as it is. */
static void arm(struct vd_client *client) {
  if (client->is_busy || client->hooks.timer == NULL) return;
  uint64_t now_ms = vd_client_now_ms();
  uint64_t due_ms = client->first == NULL ? NEVER : client->first->deadline_ms;
  long wait_ms = -1;
  if (curl_multi_timeout(client->multi, &wait_ms) == CURLM_OK && wait_ms >= 0 && now_ms + (uint64_t)wait_ms < due_ms)
    due_ms = now_ms + (uint64_t)wait_ms;
  bool is_armed = client->armed_ms == due_ms || (client->armed_ms < due_ms && due_ms - client->armed_ms <= 1);
  if (is_armed) return;
  client->armed_ms = due_ms;
  client->hooks.timer(client->hooks.context, due_ms == NEVER ? -1 : due_ms <= now_ms ? 0 : (long)(due_ms - now_ms));
}

enum vd_error vd_client_start(struct vd_client *client, const struct vd_client_call *options,
                              struct vd_client_request **request, struct vd_failure *failure) {
  assert(options->timeout_ms > 0 && options->done != NULL);
  if (request != NULL) *request = NULL;
  if (!vd_client_is_url(options->url))
    return vd_fail(failure, VD_USAGE, "not an http or https URL; write it like https://host:port/path");
  if (options->credentials != NULL && !vd_client_is_credentials(options->credentials))
    return vd_fail(failure, VD_USAGE, "credentials are not user:password, one line of up to %d bytes",
                   VD_CLIENT_CREDENTIALS_MAX);
  struct vd_client_request *taken = vd_client_transfer_take(client);
  if (taken == NULL) return vd_fail(failure, VD_MEMORY, "a request: out of memory");
  struct vd_client_host *host = vd_client_turns_host(client, options->url);
  bool is_ready = host != NULL && vd_client_transfer_prepare(taken, options);
  if (is_ready) {
    vd_client_turns_link(client, taken);
    vd_client_turns_join(taken, host);
    vd_client_turns_ask(client, host); /* it alone can come up: if others wait, there is no turn to be had */
    if (taken->stage == VD_CLIENT_STAGE_FAILED) vd_client_turns_unlink(client, taken);
  }
  if (!is_ready || taken->stage == VD_CLIENT_STAGE_FAILED) {
    vd_client_transfer_give(client, taken);
    return vd_fail(failure, VD_MEMORY, "a request: out of memory");
  }
  if (request != NULL) *request = taken;
  arm(client);
  return VD_OK;
}

/* --- ending --- */

/* Makes room for the next one, too. */
static void take_out(struct vd_client *client, struct vd_client_request *request) {
  vd_client_turns_unlink(client, request);
  if (request->stage == VD_CLIENT_STAGE_WAITING) vd_client_turns_leave(request);
  if (request->stage != VD_CLIENT_STAGE_ASKING) return;
  CURLMcode code = curl_multi_remove_handle(client->multi, request->easy);
  assert(code == CURLM_OK); /* it is called from inside no callback of libcurl */
  (void)code;
  request->host->asking--;
  vd_client_turns_ask(client, request->host);
}

void vd_client_cancel(struct vd_client *client, struct vd_client_request *request) {
  assert(request->client == client && request->done != NULL);
  take_out(client, request);
  vd_client_transfer_give(client, request);
  arm(client);
}

static enum vd_error error_of(const struct vd_client_request *request, CURLcode code) {
  if (code == CURLE_OK) return VD_OK;
  if (request->is_too_long) return VD_FULL;
  if (request->is_out_of_memory || code == CURLE_OUT_OF_MEMORY) return VD_MEMORY;
  return code == CURLE_FAILED_INIT || code == CURLE_BAD_FUNCTION_ARGUMENT ? VD_INTERNAL : VD_UNAVAILABLE;
}

static const char *reason_of(enum vd_error error, CURLcode code) {
  if (error == VD_OK) return "";
  if (error == VD_FULL) return "the answer is too long";
  if (error == VD_MEMORY) return "out of memory";
  return code == CURLE_OPERATION_TIMEDOUT ? "no answer in time" : curl_easy_strerror(code);
}

static void finish(struct vd_client *client, struct vd_client_request *request, CURLcode code) {
  long status = 0;
  const char *media_type = NULL;
  (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
  (void)curl_easy_getinfo(request->easy, CURLINFO_CONTENT_TYPE, &media_type);
  if (code == CURLE_OK && !request->has_head) code = CURLE_GOT_NOTHING; /* libcurl is content with half a head */
  struct vd_client_result result = {.error = error_of(request, code), .media_type = ""};
  take_out(client, request);
  result.reason = reason_of(result.error, code);
  if (result.error == VD_OK) {
    result.status = (unsigned)status;
    result.media_type = media_type == NULL ? "" : media_type;
    result.body = request->answer.data;
    result.body_len = request->answer.len;
  }
  void (*done)(void *, const struct vd_client_result *) = request->done;
  request->done = NULL; /* it can no longer be cancelled */
  done(request->context, &result);
  vd_client_transfer_give(client, request);
}

/* What is done, and what is too late. In between, callbacks may start and cancel anything. */
static void deliver(struct vd_client *client) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
    struct vd_client_request *request = NULL;
    CURLcode code = message->data.result; /* gone with the removal of the handle */
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
    finish(client, request, code);
  }
  uint64_t now_ms = vd_client_now_ms();
  while (client->first != NULL && client->first->deadline_ms <= now_ms)
    finish(client, client->first, CURLE_OPERATION_TIMEDOUT);
}

/* --- being driven --- */

static void drive(struct vd_client *client, int fd, int what) {
  int running;
  assert(!client->is_busy);
  client->is_busy = true;
  (void)curl_multi_socket_action(client->multi, fd, what, &running);
  deliver(client);
  client->is_busy = false;
  arm(client);
}

void vd_client_socket(struct vd_client *client, int fd, unsigned events) {
  int what = events == VD_CLIENT_NONE ? CURL_CSELECT_ERR : 0;
  if ((events & VD_CLIENT_READ) != 0) what |= CURL_CSELECT_IN;
  if ((events & VD_CLIENT_WRITE) != 0) what |= CURL_CSELECT_OUT;
  drive(client, fd, what);
}

void vd_client_timer(struct vd_client *client) {
  client->armed_ms = NEVER;
  drive(client, CURL_SOCKET_TIMEOUT, 0);
}

static int wait_of(const struct vd_client *client) {
  uint64_t now_ms = vd_client_now_ms();
  uint64_t wait_ms = client->first->deadline_ms > now_ms ? client->first->deadline_ms - now_ms : 0;
  return wait_ms < 60000 ? (int)wait_ms : 60000;
}

void vd_client_run(struct vd_client *client) {
  assert(client->hooks.watch == NULL && !client->is_busy);
  while (client->first != NULL) {
    int running;
    client->is_busy = true;
    (void)curl_multi_perform(client->multi, &running);
    deliver(client);
    client->is_busy = false;
    if (client->first != NULL) (void)curl_multi_poll(client->multi, NULL, 0, wait_of(client), NULL);
  }
}

/* --- the client --- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context) {
  const struct vd_client *client = context;
  (void)easy;
  (void)socket_context;
  unsigned events = VD_CLIENT_NONE;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= VD_CLIENT_READ;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= VD_CLIENT_WRITE;
  client->hooks.watch(client->hooks.context, fd, events);
  return 0;
}

static bool prepare_multi(struct vd_client *client) {
  CURLM *multi = client->multi;
  long kept = (long)client->connections_per_host * VD_CLIENT_HOSTS_KEPT;
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kept);
  if (code == CURLM_OK && client->hooks.watch != NULL) {
    code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client);
  }
  return code == CURLM_OK &&
         curl_share_setopt(client->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK;
}

enum vd_error vd_client_new(const struct vd_client_options *options, struct vd_client **client,
                            struct vd_failure *failure) {
  assert(options->connections_per_host > 0 && (options->hooks.watch == NULL) == (options->hooks.timer == NULL));
  *client = NULL;
  struct vd_client *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "an HTTP client: out of memory");
  made->hooks = options->hooks;
  made->connections_per_host = options->connections_per_host;
  made->armed_ms = NEVER;
  /* libcurl counts these, so that clients need not know of each other. */
  if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, vd_client_transfer_wiping_free,
                           vd_client_transfer_wiping_realloc, strdup, calloc) != CURLE_OK) {
    free(made);
    return vd_fail(failure, VD_INTERNAL, "libcurl cannot be initialised");
  }
  made->multi = curl_multi_init();
  made->sessions = curl_share_init();
  if (made->multi == NULL || made->sessions == NULL || !prepare_multi(made)) {
    vd_client_free(made);
    return vd_fail(failure, VD_MEMORY, "an HTTP client: out of memory");
  }
  *client = made;
  return VD_OK;
}

void vd_client_free(struct vd_client *client) {
  if (client == NULL) return;
  assert(!client->is_busy);
  client->is_busy = true; /* no timer while it is taken apart */
  client->connections_per_host = 0; /* and nobody's turn comes */
  while (client->first != NULL) vd_client_cancel(client, client->first);
  while (client->idle != NULL) vd_client_transfer_free(vd_client_transfer_take(client));
  while (vd_client_turns_forget_host(client)) continue;
  assert(client->hosts == NULL);
  (void)curl_multi_cleanup(client->multi);
  (void)curl_share_cleanup(client->sessions);
  if (client->hooks.timer != NULL) client->hooks.timer(client->hooks.context, -1);
  free(client);
  curl_global_cleanup();
}

#include "net/client.h"

#include <assert.h>
#include <curl/curl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/crypto.h"

#define HEAD_MAX ((size_t)64 * 1024) /* bytes of everything before an answer's body */
#define KEPT_MAX ((size_t)64 * 1024) /* bytes of a buffer that an idle request keeps */
#define BUFFER_MIN ((size_t)4096)
#define NEVER UINT64_MAX
enum {
  IDLE_MAX = 64,   /* requests kept for later ones */
  HOSTS_KEPT = 16, /* whose connections stay open, and that are remembered while nothing is asked of them */
  MEDIA_TYPE_MAX = 100
};

struct bytes {
  uint8_t *data;
  size_t len;
  size_t capacity;
};

/* One server, and who waits for it. The waiting is done here and not in libcurl (CURLMOPT_MAX_HOST_CONNECTIONS):
 * version 7.88.1 loses the wake-up of a transfer that waits for a connection, which then waits until its deadline. */
struct host {
  struct host *next;
  unsigned asking;                         /* requests with libcurl */
  struct vd_client_request *first_waiting; /* asked for in this order */
  struct vd_client_request *last_waiting;
  size_t origin_len;
  char origin[]; /* scheme, name and port as they are in its URLs, without a NUL */
};

enum stage {
  STAGE_IDLE,
  STAGE_WAITING, /* in its host's queue */
  STAGE_ASKING,  /* with libcurl */
  STAGE_FAILED   /* libcurl did not take it; it ends with the next event */
};

struct vd_client_request {
  struct vd_client *client;
  enum stage stage;
  struct host *host;
  CURL *easy;
  struct curl_slist *post_head; /* of a POST: its media type, first, and no Expect */
  struct bytes body;            /* secret */
  struct bytes answer;
  size_t answer_max;
  size_t head_len; /* bytes of the answer's head so far */
  bool has_head;   /* it came to its end */
  bool is_too_long;
  bool is_out_of_memory;
  uint64_t deadline_ms;
  void (*done)(void *context, const struct vd_client_result *result);
  void *context;
  struct vd_client_request *earlier; /* among those under way */
  struct vd_client_request *later;   /* likewise; or the next idle one */
  struct vd_client_request *before;  /* among those that wait for the host */
  struct vd_client_request *behind;  /* likewise */
};

struct vd_client {
  struct vd_client_hooks hooks;
  CURLM *multi;
  CURLSH *sessions; /* TLS sessions, to be resumed by any request */
  unsigned connections_per_host;
  struct host *hosts;
  unsigned host_count;
  struct vd_client_request *first; /* under way, by deadline */
  struct vd_client_request *last;
  struct vd_client_request *idle;
  unsigned idle_count;
  uint64_t armed_ms; /* the time asked for from the event loop */
  bool is_busy;      /* callbacks are being called */
};

uint64_t vd_client_now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- memory --- */

/* libcurl copies bodies on their way out, and they say who is being looked up. */
static void wipe_and_free(void *block) {
  if (block == NULL) return;
  vd_wipe(block, malloc_usable_size(block));
  free(block);
}

static void *wiped_realloc(void *block, size_t size) {
  size_t old = block == NULL ? 0 : malloc_usable_size(block);
  if (block != NULL && size <= old) return block;
  void *moved = malloc(size);
  if (moved == NULL || block == NULL) return moved;
  memcpy(moved, block, old);
  wipe_and_free(block);
  return moved;
}

static bool bytes_reserve(struct bytes *bytes, size_t len) {
  if (len <= bytes->capacity) return true;
  size_t capacity = bytes->capacity < BUFFER_MIN ? BUFFER_MIN : bytes->capacity;
  while (capacity < len) capacity *= 2;
  uint8_t *data = malloc(capacity);
  if (data == NULL) return false;
  if (bytes->len > 0) memcpy(data, bytes->data, bytes->len);
  wipe_and_free(bytes->data);
  bytes->data = data;
  bytes->capacity = capacity;
  return true;
}

static void bytes_clear(struct bytes *bytes) {
  vd_wipe(bytes->data, bytes->len);
  bytes->len = 0;
  if (bytes->capacity <= KEPT_MAX) return;
  free(bytes->data);
  *bytes = (struct bytes){0};
}

/* --- what libcurl calls --- */

/* Line by line; also of what comes before an answer (1xx) and after it (trailers). */
static size_t on_head(char *data, size_t one, size_t len, void *context) {
  struct vd_client_request *request = context;
  len *= one;
  request->head_len += len;
  if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) request->has_head = false;
  if (len > 0 && (data[0] == '\r' || data[0] == '\n')) request->has_head = true;
  return request->head_len <= HEAD_MAX ? len : 0;
}

static size_t on_body(char *data, size_t one, size_t len, void *context) {
  struct vd_client_request *request = context;
  struct bytes *answer = &request->answer;
  len *= one;
  request->is_too_long = len > request->answer_max - answer->len;
  if (request->is_too_long) return CURL_WRITEFUNC_ERROR;
  request->is_out_of_memory = !bytes_reserve(answer, answer->len + len);
  if (request->is_out_of_memory) return CURL_WRITEFUNC_ERROR;
  memcpy(answer->data + answer->len, data, len);
  answer->len += len;
  return len;
}

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

/* --- requests under way, by deadline --- */

static void link_request(struct vd_client *client, struct vd_client_request *request) {
  struct vd_client_request *earlier = client->last; /* mostly, for timeouts are mostly alike */
  while (earlier != NULL && earlier->deadline_ms > request->deadline_ms) earlier = earlier->earlier;
  request->earlier = earlier;
  request->later = earlier == NULL ? client->first : earlier->later;
  *(request->earlier == NULL ? &client->first : &request->earlier->later) = request;
  *(request->later == NULL ? &client->last : &request->later->earlier) = request;
}

static void unlink_request(struct vd_client *client, struct vd_client_request *request) {
  *(request->earlier == NULL ? &client->first : &request->earlier->later) = request->later;
  *(request->later == NULL ? &client->last : &request->later->earlier) = request->earlier;
  request->earlier = request->later = NULL;
}

/* --- requests that wait, by host --- */

static void join_queue(struct vd_client_request *request, struct host *host) {
  request->stage = STAGE_WAITING;
  request->host = host;
  request->before = host->last_waiting;
  *(request->before == NULL ? &host->first_waiting : &request->before->behind) = request;
  host->last_waiting = request;
}

static void leave_queue(struct vd_client_request *request) {
  struct host *host = request->host;
  *(request->before == NULL ? &host->first_waiting : &request->before->behind) = request->behind;
  *(request->behind == NULL ? &host->last_waiting : &request->behind->before) = request->before;
  request->before = request->behind = NULL;
}

/* Hands those over to libcurl whose turn it is. Not from inside its callbacks; but it is called where those of requests
 * must not be either, so one that libcurl does not take becomes due at once, and ends when what is too late ends. */
static void ask_waiting(struct vd_client *client, struct host *host) {
  while (host->first_waiting != NULL && host->asking < client->connections_per_host) {
    struct vd_client_request *request = host->first_waiting;
    leave_queue(request);
    if (curl_multi_add_handle(client->multi, request->easy) == CURLM_OK) {
      request->stage = STAGE_ASKING;
      host->asking++;
      continue;
    }
    request->stage = STAGE_FAILED;
    request->is_out_of_memory = true; /* nothing else can be wrong with it */
    unlink_request(client, request);
    request->deadline_ms = 0;
    link_request(client, request);
  }
}

/* --- hosts --- */

static bool is_at_rest(const struct host *host) { return host->asking == 0 && host->first_waiting == NULL; }

/* The one known longest of those that nothing is asked of. */
static bool forget_host(struct vd_client *client) {
  struct host **found = NULL;
  for (struct host **at = &client->hosts; *at != NULL; at = &(*at)->next)
    if (is_at_rest(*at)) found = at;
  if (found == NULL) return false;
  struct host *host = *found;
  *found = host->next;
  free(host);
  client->host_count--;
  return true;
}

/* The host of a well-formed URL, known from earlier requests if it can be. NULL: out of memory. */
static struct host *host_of(struct vd_client *client, const char *url) {
  size_t len = strcspn(url, ":") + strlen("://");
  len += strcspn(url + len, "/?#");
  for (struct host *host = client->hosts; host != NULL; host = host->next)
    if (host->origin_len == len && strncasecmp(host->origin, url, len) == 0) return host;
  while (client->host_count >= HOSTS_KEPT && forget_host(client)) continue; /* those in use are as many as they are */
  struct host *host = calloc(1, sizeof *host + len);
  if (host == NULL) return NULL;
  memcpy(host->origin, url, len);
  host->origin_len = len;
  host->next = client->hosts;
  client->hosts = host;
  client->host_count++;
  return host;
}

/* --- making and keeping requests --- */

static void free_request(struct vd_client_request *request) {
  curl_easy_cleanup(request->easy);
  curl_slist_free_all(request->post_head);
  vd_wipe(request->body.data, request->body.len);
  free(request->body.data);
  free(request->answer.data);
  free(request);
}

/* What all requests have in common. A system's proxy settings are not for a service's own traffic. */
static bool prepare_easy(struct vd_client_request *request) {
  CURL *easy = request->easy;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  /* Otherwise giving up while a name is being resolved would wait for the resolver. */
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SHARE, request->client->sessions);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
  return code == CURLE_OK;
}

static struct vd_client_request *new_request(struct vd_client *client) {
  struct vd_client_request *request = calloc(1, sizeof *request);
  if (request == NULL) return NULL;
  request->client = client;
  request->easy = curl_easy_init();
  if (request->easy != NULL && prepare_easy(request)) return request;
  free_request(request);
  return NULL;
}

static struct vd_client_request *take_request(struct vd_client *client) {
  struct vd_client_request *request = client->idle;
  if (request == NULL) return new_request(client);
  client->idle = request->later;
  client->idle_count--;
  request->later = NULL;
  return request;
}

static void give_request(struct vd_client *client, struct vd_client_request *request) {
  bytes_clear(&request->body);
  bytes_clear(&request->answer);
  request->done = NULL;
  request->stage = STAGE_IDLE;
  request->host = NULL;
  if (client->idle_count >= IDLE_MAX) {
    free_request(request);
    return;
  }
  request->later = client->idle;
  client->idle = request;
  client->idle_count++;
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

/* The header lines of a POST; those of the last one are mostly right. */
static bool prepare_post_head(struct vd_client_request *request, const char *media_type) {
  char line[sizeof "Content-Type: " + MEDIA_TYPE_MAX] = "Content-Type: ";
  assert(strlen(media_type) <= MEDIA_TYPE_MAX);
  strcat(line, media_type);
  if (request->post_head != NULL && strcmp(request->post_head->data, line) == 0) return true;
  curl_slist_free_all(request->post_head);
  request->post_head = curl_slist_append(NULL, line);
  return request->post_head != NULL && curl_slist_append(request->post_head, "Expect:") != NULL;
}

static bool prepare_post(struct vd_client_request *request, const struct vd_client_call *call) {
  struct bytes *body = &request->body;
  if (!bytes_reserve(body, call->body_len + 1) || !prepare_post_head(request, call->media_type)) return false;
  if (call->body_len > 0) memcpy(body->data, call->body, call->body_len);
  body->len = call->body_len;
  CURL *easy = request->easy;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->data);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->post_head);
  return code == CURLE_OK;
}

static bool prepare_get(struct vd_client_request *request) {
  CURL *easy = request->easy;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
  return code == CURLE_OK;
}

static bool prepare(struct vd_client_request *request, const struct vd_client_call *call) {
  request->answer_max = call->answer_max;
  request->head_len = 0;
  request->has_head = false;
  request->is_too_long = request->is_out_of_memory = false;
  request->deadline_ms = vd_client_now_ms() + call->timeout_ms;
  request->done = call->done;
  request->context = call->context;
  if (curl_easy_setopt(request->easy, CURLOPT_URL, call->url) != CURLE_OK) return false;
  return call->media_type != NULL ? prepare_post(request, call) : prepare_get(request);
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
  struct vd_client_request *taken = take_request(client);
  if (taken == NULL) return vd_fail(failure, VD_MEMORY, "a request: out of memory");
  struct host *host = host_of(client, options->url);
  bool is_ready = host != NULL && prepare(taken, options);
  if (is_ready) {
    link_request(client, taken);
    join_queue(taken, host);
    ask_waiting(client, host); /* it alone can come up: if others wait, there is no turn to be had */
    if (taken->stage == STAGE_FAILED) unlink_request(client, taken);
  }
  if (!is_ready || taken->stage == STAGE_FAILED) {
    give_request(client, taken);
    return vd_fail(failure, VD_MEMORY, "a request: out of memory");
  }
  if (request != NULL) *request = taken;
  arm(client);
  return VD_OK;
}

/* --- ending --- */

/* Makes room for the next one, too. */
static void take_out(struct vd_client *client, struct vd_client_request *request) {
  unlink_request(client, request);
  if (request->stage == STAGE_WAITING) leave_queue(request);
  if (request->stage != STAGE_ASKING) return;
  CURLMcode code = curl_multi_remove_handle(client->multi, request->easy);
  assert(code == CURLM_OK); /* it is called from inside no callback of libcurl */
  (void)code;
  request->host->asking--;
  ask_waiting(client, request->host);
}

void vd_client_cancel(struct vd_client *client, struct vd_client_request *request) {
  assert(request->client == client && request->done != NULL);
  take_out(client, request);
  give_request(client, request);
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
  give_request(client, request);
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

static bool prepare_multi(struct vd_client *client) {
  CURLM *multi = client->multi;
  long kept = (long)client->connections_per_host * HOSTS_KEPT;
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
  if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, wiped_realloc, strdup, calloc) != CURLE_OK) {
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
  while (client->idle != NULL) free_request(take_request(client));
  while (forget_host(client)) continue;
  assert(client->hosts == NULL);
  (void)curl_multi_cleanup(client->multi);
  (void)curl_share_cleanup(client->sessions);
  if (client->hooks.timer != NULL) client->hooks.timer(client->hooks.context, -1);
  free(client);
  curl_global_cleanup();
}

#include "net/client_transfer.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"

#define HEAD_MAX ((size_t)64 * 1024) /* bytes of everything before an answer's body */
#define KEPT_MAX ((size_t)64 * 1024) /* bytes of a buffer that an idle request keeps */
#define BUFFER_MIN ((size_t)4096)
enum { IDLE_MAX = 64 /* requests kept for later ones */, MEDIA_TYPE_MAX = 100 };

/* --- memory --- */

void vd_client_transfer_wiping_free(void *block) {
  if (block == NULL) return;
  vd_wipe(block, malloc_usable_size(block));
  free(block);
}

void *vd_client_transfer_wiping_realloc(void *block, size_t size) {
  size_t old = block == NULL ? 0 : malloc_usable_size(block);
  if (block != NULL && size <= old) return block;
  void *moved = malloc(size);
  if (moved == NULL || block == NULL) return moved;
  memcpy(moved, block, old);
  vd_client_transfer_wiping_free(block);
  return moved;
}

static bool bytes_reserve(struct vd_client_bytes *bytes, size_t len) {
  if (len <= bytes->capacity) return true;
  size_t capacity = bytes->capacity < BUFFER_MIN ? BUFFER_MIN : bytes->capacity;
  while (capacity < len) capacity *= 2;
  uint8_t *data = malloc(capacity);
  if (data == NULL) return false;
  if (bytes->len > 0) memcpy(data, bytes->data, bytes->len);
  vd_client_transfer_wiping_free(bytes->data);
  bytes->data = data;
  bytes->capacity = capacity;
  return true;
}

static void bytes_clear(struct vd_client_bytes *bytes) {
  vd_wipe(bytes->data, bytes->len);
  bytes->len = 0;
  if (bytes->capacity <= KEPT_MAX) return;
  free(bytes->data);
  *bytes = (struct vd_client_bytes){0};
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
  struct vd_client_bytes *answer = &request->answer;
  len *= one;
  request->is_too_long = len > request->answer_max - answer->len;
  if (request->is_too_long) return CURL_WRITEFUNC_ERROR;
  request->is_out_of_memory = !bytes_reserve(answer, answer->len + len);
  if (request->is_out_of_memory) return CURL_WRITEFUNC_ERROR;
  memcpy(answer->data + answer->len, data, len);
  answer->len += len;
  return len;
}

/* --- making and keeping requests --- */

void vd_client_transfer_free(struct vd_client_request *request) {
  curl_easy_cleanup(request->easy);
  curl_slist_free_all(request->head);
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
  vd_client_transfer_free(request);
  return NULL;
}

struct vd_client_request *vd_client_transfer_take(struct vd_client *client) {
  struct vd_client_request *request = client->idle;
  if (request == NULL) return new_request(client);
  client->idle = request->later;
  client->idle_count--;
  request->later = NULL;
  return request;
}

static void forget_head(struct vd_client_request *request) {
  curl_slist_free_all(request->head);
  request->head = NULL;
  request->has_credentials = false;
}

void vd_client_transfer_give(struct vd_client *client, struct vd_client_request *request) {
  bytes_clear(&request->body);
  bytes_clear(&request->answer);
  if (request->has_credentials) {
    (void)curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, NULL);
    forget_head(request);
  }
  request->done = NULL;
  request->stage = VD_CLIENT_STAGE_IDLE;
  request->host = NULL;
  if (client->idle_count >= IDLE_MAX) {
    vd_client_transfer_free(request);
    return;
  }
  request->later = client->idle;
  client->idle = request;
  client->idle_count++;
}

/* --- one request --- */

/* RFC 4648 section 4, with padding and a NUL: 4·⌈len/3⌉ + 1 characters. */
static void put_base64(char *out, const char *text, size_t len) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < len; at += 3) {
    unsigned bits = 0;
    for (size_t byte = 0; byte < 3; byte++) bits = bits << 8 | (at + byte < len ? (unsigned char)text[at + byte] : 0);
    for (size_t digit = 0; digit < 4; digit++)
      *out++ = at + digit <= len ? digits[bits >> (18 - 6 * digit) & 63] : '=';
    vd_wipe(&bits, sizeof bits);
  }
  *out = '\0';
}

/* What libcurl would make of CURLOPT_USERPWD stays with the connection; this is gone with the request. */
static bool add_credentials(struct vd_client_request *request, const char *credentials) {
  static const char name[] = "Authorization: Basic ";
  char line[sizeof name + 4 * ((VD_CLIENT_CREDENTIALS_MAX + 2) / 3)];
  memcpy(line, name, sizeof name);
  put_base64(line + sizeof name - 1, credentials, strlen(credentials));
  struct curl_slist *head = curl_slist_append(request->head, line);
  vd_wipe(line, sizeof line);
  if (head == NULL) return false;
  request->head = head;
  request->has_credentials = true;
  return true;
}

/* The header lines of a POST; those of the last one are mostly right. */
static bool prepare_post_head(struct vd_client_request *request, const char *media_type) {
  char line[sizeof "Content-Type: " + MEDIA_TYPE_MAX] = "Content-Type: ";
  assert(strlen(media_type) <= MEDIA_TYPE_MAX);
  strcat(line, media_type);
  if (request->head != NULL && strcmp(request->head->data, line) == 0) return true;
  forget_head(request);
  request->head = curl_slist_append(NULL, line);
  if (request->head != NULL && curl_slist_append(request->head, "Expect:") != NULL) return true;
  forget_head(request);
  return false;
}

static bool prepare_post(struct vd_client_request *request, const struct vd_client_call *call) {
  struct vd_client_bytes *body = &request->body;
  if (!bytes_reserve(body, call->body_len + 1)) return false;
  if (call->body_len > 0) memcpy(body->data, call->body, call->body_len);
  body->len = call->body_len;
  CURL *easy = request->easy;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->data);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
  return code == CURLE_OK;
}

static bool prepare_head(struct vd_client_request *request, const struct vd_client_call *call) {
  assert(!request->has_credentials);
  if (call->media_type == NULL) forget_head(request);
  if (call->media_type != NULL && !prepare_post_head(request, call->media_type)) return false;
  if (call->credentials != NULL && !add_credentials(request, call->credentials)) return false;
  return curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->head) == CURLE_OK;
}

bool vd_client_transfer_prepare(struct vd_client_request *request, const struct vd_client_call *call) {
  request->answer_max = call->answer_max;
  request->head_len = 0;
  request->has_head = false;
  request->is_too_long = request->is_out_of_memory = false;
  request->deadline_ms = vd_client_now_ms() + call->timeout_ms;
  request->done = call->done;
  request->context = call->context;
  if (curl_easy_setopt(request->easy, CURLOPT_URL, call->url) != CURLE_OK || !prepare_head(request, call)) return false;
  if (call->media_type != NULL) return prepare_post(request, call);
  return curl_easy_setopt(request->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
}

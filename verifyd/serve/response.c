#include "serve/response.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BODY_KEEP_BYTES = 16 * 1024 };

/* The page runs only what this server serves, shows pictures of its own making and of the camera, sends
 * nothing anywhere else, and is never framed. */
static const char security_headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "Permissions-Policy: camera=(self), microphone=(), geolocation=()\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

#define STATUS_LIST(X) \
  X(200, "OK") \
  X(304, "Not Modified") \
  X(400, "Bad Request") \
  X(403, "Forbidden") \
  X(404, "Not Found") \
  X(405, "Method Not Allowed") \
  X(408, "Request Timeout") \
  X(409, "Conflict") \
  X(411, "Length Required") \
  X(413, "Content Too Large") \
  X(414, "URI Too Long") \
  X(415, "Unsupported Media Type") \
  X(417, "Expectation Failed") \
  X(422, "Unprocessable Content") \
  X(429, "Too Many Requests") \
  X(431, "Request Header Fields Too Large") \
  X(500, "Internal Server Error") \
  X(501, "Not Implemented") \
  X(503, "Service Unavailable") \
  X(505, "HTTP Version Not Supported") \
  X(507, "Insufficient Storage")

const char *vd_status_reason(unsigned status) {
  switch (status) {
#define STATUS_CASE(number, reason) \
  case number: return reason;
    STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    default: return "";
  }
}

void vd_response_init(struct vd_response *response) {
  *response = (struct vd_response){.status = 200};
  vd_buffer_init(&response->body, VD_RESPONSE_BODY_MAX);
}

static void release(struct vd_response *response) {
  if (response->release != NULL) response->release(response->released);
  response->release = NULL;
}

void vd_response_reset(struct vd_response *response) {
  release(response);
  vd_buffer_reset(&response->body, BODY_KEEP_BYTES);
  struct vd_buffer body = response->body;
  *response = (struct vd_response){.status = 200, .body = body};
}

void vd_response_free(struct vd_response *response) {
  release(response);
  vd_buffer_free(&response->body);
}

void vd_response_problem(struct vd_response *response, enum vd_problem problem, const char *detail) {
  vd_response_reset(response);
  response->status = (unsigned)vd_problem_status(problem);
  char *room = vd_buffer_room(&response->body, VD_PROBLEM_SIZE);
  if (room == NULL) return; /* without memory the status has to say it all */
  response->body.len += vd_problem_write(problem, detail, room);
  response->media_type = VD_PROBLEM_MEDIA_TYPE;
}

void vd_response_check(struct vd_response *response) {
  if (vd_buffer_failed(&response->body))
    vd_response_problem(response, VD_PROBLEM_INTERNAL, "The answer could not be written.");
}

size_t vd_response_body_len(const struct vd_response *response) {
  return response->fixed_body != NULL ? response->fixed_body_len : response->body.len;
}

struct writer {
  char *out;
  size_t len;
};

static void put(struct writer *writer, const char *text, size_t len) {
  assert(writer->len + len <= VD_RESPONSE_HEAD_MAX);
  memcpy(writer->out + writer->len, text, len);
  writer->len += len;
}

static void put_text(struct writer *writer, const char *text) { put(writer, text, strlen(text)); }

static void put_header(struct writer *writer, const char *name, const char *value) {
  put_text(writer, name);
  put(writer, ": ", 2);
  put_text(writer, value);
  put(writer, "\r\n", 2);
}

static void put_number_header(struct writer *writer, const char *name, size_t value) {
  char digits[24];
  (void)snprintf(digits, sizeof digits, "%zu", value);
  put_header(writer, name, digits);
}

static void put_status_line(struct writer *writer, unsigned status) {
  char line[64];
  int len = snprintf(line, sizeof line, "HTTP/1.1 %u %s\r\n", status, vd_status_reason(status));
  put(writer, line, (size_t)len);
}

static void put_body_headers(struct writer *writer, const struct vd_response *response) {
  if (response->media_type != NULL) put_header(writer, "Content-Type", response->media_type);
  if (response->language != NULL) put_header(writer, "Content-Language", response->language);
  if (response->gzip) put_header(writer, "Content-Encoding", "gzip");
  if (response->status != 304) put_number_header(writer, "Content-Length", vd_response_body_len(response));
}

static void put_cache_headers(struct writer *writer, const struct vd_response *response) {
  put_header(writer, "Cache-Control", response->cache_control == NULL ? "no-store" : response->cache_control);
  if (response->varies) put_header(writer, "Vary", "Accept-Encoding");
  if (response->any_origin) put_header(writer, "Access-Control-Allow-Origin", "*");
  if (response->etag.len == 0) return;
  put(writer, "ETag: ", 6);
  put(writer, response->etag.text, response->etag.len);
  put(writer, "\r\n", 2);
}

static void put_condition_headers(struct writer *writer, const struct vd_response *response) {
  if (response->allow_get) put_header(writer, "Allow", response->allow_post ? "GET, HEAD, POST" : "GET, HEAD");
  else if (response->allow_post) put_header(writer, "Allow", "POST");
  if (response->retry_after_s > 0) put_number_header(writer, "Retry-After", response->retry_after_s);
}

size_t vd_response_head(const struct vd_response *response, enum vd_connection_header connection,
                        const char date[static VD_DATE_SIZE], char out[static VD_RESPONSE_HEAD_MAX]) {
  struct writer writer = {.out = out};
  put_status_line(&writer, response->status);
  put_header(&writer, "Date", date);
  put_body_headers(&writer, response);
  put_cache_headers(&writer, response);
  put_condition_headers(&writer, response);
  if (connection == VD_CONNECTION_CLOSE) put_header(&writer, "Connection", "close");
  if (connection == VD_CONNECTION_KEEP_1_0) put_header(&writer, "Connection", "keep-alive");
  put(&writer, security_headers, sizeof security_headers - 1);
  put(&writer, "\r\n", 2);
  return writer.len;
}

static void put_digits(char *at, int number, unsigned digits) {
  for (unsigned i = digits; i > 0; i--, number /= 10) at[i - 1] = (char)('0' + number % 10);
}

void vd_date_format(char date[static VD_DATE_SIZE], int64_t now_s) {
  static const char days[] = "SunMonTueWedThuFriSat";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  time_t time_s = (time_t)now_s;
  struct tm tm;
  if (gmtime_r(&time_s, &tm) == NULL) memset(&tm, 0, sizeof tm);
  memcpy(date, "ddd, 00 mmm 0000 00:00:00 GMT", VD_DATE_SIZE);
  memcpy(date, days + 3 * tm.tm_wday, 3);
  memcpy(date + 8, months + 3 * tm.tm_mon, 3);
  put_digits(date + 5, tm.tm_mday, 2);
  put_digits(date + 12, tm.tm_year + 1900, 4);
  put_digits(date + 17, tm.tm_hour, 2);
  put_digits(date + 20, tm.tm_min, 2);
  put_digits(date + 23, tm.tm_sec, 2);
}

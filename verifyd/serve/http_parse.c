#include "serve/http_parse.h"

#include <http_parser.h>
#include <string.h>
#include <strings.h>

size_t vd_http_head_end(const char *bytes, size_t len, size_t from) {
  size_t at = from < 3 ? 0 : from - 3;
  while (at + 4 <= len) {
    const char *found = memchr(bytes + at, '\r', len - at - 3);
    if (found == NULL) return 0;
    if (memcmp(found, "\r\n\r\n", 4) == 0) return (size_t)(found - bytes) + 4;
    at = (size_t)(found - bytes) + 1;
  }
  return 0;
}

unsigned vd_http_head_too_large(const char *bytes, size_t len, size_t limit) {
  enum { METHOD_MAX = 16 };
  if (memchr(bytes, '\n', len) == NULL && len > VD_HTTP_TARGET_MAX + METHOD_MAX) return HTTP_STATUS_URI_TOO_LONG;
  if (len >= limit) return HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE;
  return 0;
}

/* RFC 9110 section 5.6.2 */
static bool is_token_char(unsigned char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool is_value_char(unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); }

static bool header_line_ok(const char *line, size_t len) {
  size_t at = 0;
  while (at < len && is_token_char((unsigned char)line[at])) at++;
  if (at == 0 || at == len || line[at] != ':') return false;
  for (at++; at < len; at++)
    if (!is_value_char((unsigned char)line[at])) return false;
  return true;
}

/* method SP target SP version, with exactly two spaces and nothing but visible ASCII around them. */
static bool request_line_ok(const char *line, size_t len) {
  unsigned spaces = 0;
  for (size_t at = 0; at < len; at++) {
    unsigned char c = (unsigned char)line[at];
    if (c == ' ') spaces++;
    else if (c < 0x21 || c > 0x7e || c == '#') return false;
  }
  return spaces == 2 && line[0] != ' ' && line[len - 1] != ' ';
}

/* The checks that the library leaves out: every line ends in CR LF, no folding, no space before a colon, no
 * control character. */
static bool lines_ok(const char *bytes, size_t len) {
  const char *at = bytes;
  const char *end = bytes + len - 2; /* of the last line but the empty one */
  while (at < end) {
    const char *cr = memchr(at, '\r', (size_t)(end - at));
    if (cr == NULL || cr == at || cr[1] != '\n') return false;
    size_t line_len = (size_t)(cr - at);
    if (!(at == bytes ? request_line_ok(at, line_len) : header_line_ok(at, line_len))) return false;
    at = cr + 2;
  }
  return at == end && at > bytes;
}

struct collector {
  struct vd_http_head *head;
  bool too_many;
};

static int on_url(http_parser *parser, const char *at, size_t len) {
  struct collector *collector = parser->data;
  collector->head->target = (struct vd_span){at, len};
  return 0;
}

static int on_header_field(http_parser *parser, const char *at, size_t len) {
  struct collector *collector = parser->data;
  if (collector->head->header_count == VD_HTTP_HEADERS_MAX) {
    collector->too_many = true;
    return 1;
  }
  collector->head->headers[collector->head->header_count++] = (struct vd_http_header){.name = {at, len}};
  return 0;
}

static int on_header_value(http_parser *parser, const char *at, size_t len) {
  struct collector *collector = parser->data;
  struct vd_http_header *header = &collector->head->headers[collector->head->header_count - 1];
  header->value = vd_span_trim((struct vd_span){at, len});
  return 0;
}

/* The body is not the library's business, and pausing keeps it from looking for one. */
static int on_headers_complete(http_parser *parser) {
  parser->data = NULL;
  http_parser_pause(parser, 1);
  return 0;
}

static const http_parser_settings settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
};

static unsigned status_for(enum http_errno error, const struct collector *collector) {
  if (collector->too_many) return HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE;
  if (error == HPE_INVALID_METHOD) return HTTP_STATUS_NOT_IMPLEMENTED;
  return error == HPE_INVALID_VERSION ? HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED : HTTP_STATUS_BAD_REQUEST;
}

static enum vd_http_method method_of(unsigned method) {
  if (method == HTTP_GET) return VD_HTTP_GET;
  if (method == HTTP_HEAD) return VD_HTTP_HEAD;
  if (method == HTTP_POST) return VD_HTTP_POST;
  return VD_HTTP_OTHER;
}

static bool starts_nocase(struct vd_span span, const char *prefix) {
  size_t len = strlen(prefix);
  return span.len >= len && strncasecmp(span.text, prefix, len) == 0;
}

/* RFC 9112 section 3.2: origin-form, or absolute-form, whose authority does not matter here. */
static bool find_path(struct vd_http_head *head) {
  struct vd_span target = head->target;
  size_t scheme = starts_nocase(target, "http://") ? 7 : starts_nocase(target, "https://") ? 8 : 0;
  const char *end = target.text + target.len;
  const char *slash = scheme == 0 ? target.text : memchr(target.text + scheme, '/', target.len - scheme);
  if (slash == NULL || slash == end || *slash != '/') return false;
  const char *query = memchr(slash, '?', (size_t)(end - slash));
  head->path = (struct vd_span){slash, (size_t)((query == NULL ? end : query) - slash)};
  return true;
}

/* How often a header occurs; *value is the last one. */
static size_t count_header(const struct vd_http_head *head, const char *name, struct vd_span *value) {
  struct vd_span wanted = {name, strlen(name)};
  size_t count = 0;
  for (size_t i = 0; i < head->header_count; i++) {
    if (!vd_span_equal_nocase(head->headers[i].name, wanted)) continue;
    *value = head->headers[i].value;
    count++;
  }
  return count;
}

static bool parse_length(struct vd_span text, uint64_t *length) {
  enum { DIGITS_MAX = 15 };
  if (text.len == 0 || text.len > DIGITS_MAX) return false;
  *length = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.text[i] < '0' || text.text[i] > '9') return false;
    *length = *length * 10 + (uint64_t)(text.text[i] - '0');
  }
  return true;
}

/* RFC 9112 sections 6.1 to 6.3, with every ambiguity refused. */
static unsigned find_framing(struct vd_http_head *head) {
  struct vd_span length = {NULL, 0};
  struct vd_span coding = {NULL, 0};
  size_t lengths = count_header(head, "Content-Length", &length);
  size_t codings = count_header(head, "Transfer-Encoding", &coding);
  if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) return HTTP_STATUS_BAD_REQUEST;
  if (codings == 1) {
    if (head->minor == 0) return HTTP_STATUS_BAD_REQUEST;
    if (!vd_span_equal_nocase(coding, VD_SPAN("chunked"))) return HTTP_STATUS_NOT_IMPLEMENTED;
    head->framing = VD_HTTP_CHUNKED;
  } else if (lengths == 1) {
    if (!parse_length(length, &head->content_length)) return HTTP_STATUS_BAD_REQUEST;
    head->framing = head->content_length == 0 ? VD_HTTP_NO_BODY : VD_HTTP_LENGTH;
  }
  return 0;
}

static unsigned check_host(const struct vd_http_head *head) {
  struct vd_span host = {NULL, 0};
  size_t hosts = count_header(head, "Host", &host);
  return hosts > 1 || (hosts == 0 && head->minor == 1) ? HTTP_STATUS_BAD_REQUEST : 0;
}

static unsigned check_expect(struct vd_http_head *head) {
  struct vd_span expect = {NULL, 0};
  if (count_header(head, "Expect", &expect) == 0 || head->minor == 0) return 0;
  if (!vd_span_equal_nocase(expect, VD_SPAN("100-continue"))) return HTTP_STATUS_EXPECTATION_FAILED;
  head->expects_continue = true;
  return 0;
}

static unsigned check_meaning(struct vd_http_head *head) {
  if (head->target.len > VD_HTTP_TARGET_MAX) return HTTP_STATUS_URI_TOO_LONG;
  unsigned status = check_host(head);
  if (status == 0) status = find_framing(head);
  if (status == 0) status = check_expect(head);
  if (status == 0 && !find_path(head)) status = HTTP_STATUS_BAD_REQUEST;
  return status;
}

unsigned vd_http_head_parse(struct vd_http_head *head, const char *bytes, size_t len) {
  head->header_count = 0;
  head->target = head->path = (struct vd_span){NULL, 0};
  head->framing = VD_HTTP_NO_BODY;
  head->content_length = 0;
  head->expects_continue = false;
  if (len < 4 || !lines_ok(bytes, len)) return HTTP_STATUS_BAD_REQUEST;
  struct collector collector = {.head = head};
  http_parser parser;
  http_parser_init(&parser, HTTP_REQUEST);
  parser.data = &collector;
  (void)http_parser_execute(&parser, &settings, bytes, len);
  if (HTTP_PARSER_ERRNO(&parser) != HPE_PAUSED) return status_for(HTTP_PARSER_ERRNO(&parser), &collector);
  if (parser.method == HTTP_CONNECT) return HTTP_STATUS_NOT_IMPLEMENTED;
  if (parser.http_major != 1 || parser.http_minor > 1) return HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED;
  head->method = method_of(parser.method);
  head->minor = parser.http_minor;
  head->keep_alive = http_should_keep_alive(&parser) != 0;
  return check_meaning(head);
}

struct vd_span vd_http_header_value(const struct vd_http_head *head, const char *name) {
  struct vd_span wanted = {name, strlen(name)};
  for (size_t i = 0; i < head->header_count; i++)
    if (vd_span_equal_nocase(head->headers[i].name, wanted)) return head->headers[i].value;
  return (struct vd_span){NULL, 0};
}

const char *vd_http_method_name(enum vd_http_method method) {
  switch (method) {
    case VD_HTTP_GET: return "GET";
    case VD_HTTP_HEAD: return "HEAD";
    case VD_HTTP_POST: return "POST";
    case VD_HTTP_OTHER: break;
  }
  return "OTHER";
}

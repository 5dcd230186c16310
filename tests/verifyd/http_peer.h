/* http_peer.h: an HTTP server for tests on a thread of its own, which answers as it is told: well, slowly, cut off,
 * with garbage, or not at all. On 127.0.0.1. A failure of its own ends the test program. */
#ifndef TEST_HTTP_PEER_H
#define TEST_HTTP_PEER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_peer;

struct http_peer_request {
  const char *head; /* request line and header, NUL at the end */
  char method[8];
  char path[128];
  const uint8_t *body;
  size_t body_len;
};

enum http_peer_manner {
  HTTP_PEER_WELL,
  HTTP_PEER_SILENT,  /* reads the request and never answers */
  HTTP_PEER_CUT,     /* closes after `cut_len` bytes of the answer, its head among them */
  HTTP_PEER_CLOSING, /* closes behind the answer, without having said so */
  HTTP_PEER_RAW      /* the body is all that is sent */
};

struct http_peer_answer {
  enum http_peer_manner manner;
  unsigned status;
  const char *media_type;
  const char *head_lines;  /* more of them, each with its CRLF; NULL: none */
  bool has_no_length;      /* the answer ends with the connection */
  uint8_t *body;           /* see http_peer_say */
  size_t body_len;
  size_t cut_len;
  unsigned delay_ms;       /* before the first byte */
  unsigned drip_ms;        /* between bytes; 0: all at once */
  bool is_held;            /* until there was an answer that `releases` */
  bool releases;
};

/* Called on the peer's thread. The answer comes filled as HTTP_PEER_WELL, 200, without a body. */
typedef void http_peer_handler(void *context, const struct http_peer_request *request, struct http_peer_answer *answer);

/* Gives the answer a copy of a body. */
void http_peer_say(struct http_peer_answer *answer, const void *body, size_t len);

/* port 0: any free one. */
struct http_peer *http_peer_start(uint16_t port, http_peer_handler *handler, void *context);

/* Closes everything and waits for the thread. From then on connections to its port are refused. NULL is allowed. */
void http_peer_stop(struct http_peer *peer);

uint16_t http_peer_port(const struct http_peer *peer);
unsigned http_peer_connections(const struct http_peer *peer); /* accepted so far */
unsigned http_peer_requests(const struct http_peer *peer);    /* read whole so far */

/* Waits until it has closed every connection. */
void http_peer_wait_closed(const struct http_peer *peer);

/* A URL of it in a buffer of the caller's. */
#define HTTP_PEER_URL_SIZE 192
const char *http_peer_url(char url[static HTTP_PEER_URL_SIZE], const struct http_peer *peer, const char *path);

#endif

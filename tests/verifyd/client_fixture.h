/* client_fixture.h: a client with and without an event loop, a server that answers by the path it is asked for, and
 * requests whose results are kept. Failing the test when something does not work. */
#ifndef CLIENT_FIXTURE_H
#define CLIENT_FIXTURE_H

#include "http_peer.h"
#include "net/client.h"
#include "poll_loop.h"

enum { ANSWER_MAX = 100000, TIMEOUT_MS = 20000, SHORT_MS = 300, PATIENCE_MS = 60000, PER_HOST = 3 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct fixture {
  bool has_loop;
  struct poll_loop loop;
  struct vd_client *client;
  struct http_peer *peer;
  unsigned done; /* results so far, of all requests */
  char last_head[2048]; /* of the last request that the peer read */
  size_t last_body_len;
  uint8_t *last_body;
};

/* One request and what came of it. */
struct ask {
  struct fixture *fixture;
  unsigned calls;
  enum vd_error error;
  unsigned status;
  char media_type[64];
  char reason[128];
  size_t len;
  uint8_t body[ANSWER_MAX];
  uint64_t at_ms;
  unsigned place; /* in the order of results */
};

/* For cmocka: *state becomes a struct fixture *. */
int begin_with_loop(void **state);
int begin_alone(void **state);
int end_fixture(void **state);
#define BOTH_WAYS(test) \
  {#test " with a loop", test, begin_with_loop, end_fixture, NULL}, \
  {#test " alone", test, begin_alone, end_fixture, NULL}

/* What the server does. Paths: /fine, /keep (notes what it was asked), /401, /404, /503, /302, /late, /silent, /drip,
 * /held and /release, /closing, /longest, /big-head, /too-long, /too-long-unsaid, and the bad ones of handle_bad. */
void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer);

/* An ask to be freed by the test; the usual call, whose result goes there. */
struct ask *new_ask(struct fixture *fixture);
struct vd_client_call call_of(struct ask *ask, const char *url);
void on_done(void *context, const struct vd_client_result *result);

/* Starts; checks that no callback is called meanwhile. */
struct vd_client_request *start(struct ask *ask, const struct vd_client_call *call);
struct vd_client_request *start_get(struct fixture *fixture, struct ask *ask, const char *path, unsigned timeout_ms);

/* Drives the client until so many results have come in all. */
void wait_for(struct fixture *fixture, unsigned done);

/* From start to end; the ask is the test's to free. */
struct ask *get(struct fixture *fixture, const char *path, unsigned timeout_ms);
struct ask *post(struct fixture *fixture, const char *path, const void *body, size_t len);

/* Whatever this thread frees between the two is searched for these texts. Link with -Wl,--wrap=free. */
struct freed {
  size_t blocks;
  size_t leaked; /* of these, with one of the texts in them */
};
void search_freed(const char *text, const char *other);
struct freed search_end(void);

#endif

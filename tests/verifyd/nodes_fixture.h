/* nodes_fixture.h: the endpoints of a chain: three servers that answer as they are told, a client with an event loop,
 * and rounds of questions. Failing the test when something does not work. */
#ifndef NODES_FIXTURE_H
#define NODES_FIXTURE_H

#include "anchor/nodes.h"
#include "http_peer.h"
#include "poll_loop.h"
#include "temp_folder.h"

#define FIRST_COOKIE "node:first-cookie"
#define SECOND_COOKIE "node:second-cookie"
#define SECOND_HEADER "\r\nAuthorization: Basic bm9kZTpzZWNvbmQtY29va2ll\r\n"

/* SHORT_MS: for which a slow one is waited for, and within which the others are to answer. */
enum { TIMEOUT_MS = 20000, SHORT_MS = 2500, PATIENCE_MS = 60000, NODES = 3 };

enum manner {
  ANSWERS, /* the method and the first of the params */
  NOTHING, /* null */
  HANGS,
  DRIPS,
  CUTS,
  NO_HTTP,
  NO_JSON,
  TOO_LONG,
  TOO_MANY, /* values in one answer */
  BLOATED,  /* as many as there may be */
  WRONG_ID,
  TWICE,    /* a member */
  WRONG_STATUS,
  FAILS,    /* as Bitcoin Core does */
  QUOTES,   /* an error with what it was asked */
  ASKS_WHO  /* 401 for everybody but SECOND_COOKIE */
};

/* Behind one endpoint; everything but the peer is changed and read while nothing is under way. */
struct node {
  struct http_peer *peer;
  _Atomic enum manner manner; /* one that hangs says nothing when it has been read */
  const char *quote;
  unsigned authorized; /* requests with credentials */
  char last_body[512];
};

struct rig {
  struct temp_folder folder;
  struct poll_loop loop;
  struct vd_client *client;
  struct vd_chain_settings chain;
  struct node node[NODES];
  struct vd_nodes *nodes;
  unsigned done;
};

/* For cmocka: *state becomes a struct rig *. */
int begin(void **state);
int end(void **state);

/* Makes a credentials file of the chain's with this text. */
void set_cookie(struct rig *rig, const char *text);

/* A question with one number; and the round: ask checks that nothing is called meanwhile. */
size_t add(struct rig *rig, size_t to, const char *method, uint64_t number);
void on_done(void *context);
void ask(struct rig *rig);
void wait_for(struct rig *rig, unsigned done);

/* A whole round of one question to all: look, 7. */
void ask_one(struct rig *rig);

void assert_answered(const struct rig *rig, size_t e, size_t question, const char *method, uint64_t number);
void assert_none(const struct rig *rig, size_t e, size_t question, enum vd_rpc_outcome outcome);
void assert_complaint(const struct rig *rig, size_t e, const char *expected); /* exactly */

#endif

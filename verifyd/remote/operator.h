/* operator.h: a ledger operator over the network, as a portal or an issuer sees it: look-ups, submissions and static
 * resources, with what is known of its health. Thread rule: that of its client. */
#ifndef VD_REMOTE_OPERATOR_H
#define VD_REMOTE_OPERATOR_H

#include "net/client.h"
#include "wire/lookup.h"
#include "wire/submission.h"

#define VD_REMOTE_URL_MAX 255  /* bytes, without a slash at the end */
#define VD_REMOTE_PATH_MAX 255 /* bytes */

struct vd_remote_look_up;

/* A struct of the caller's that stays in place until vd_remote_operator_end; its fields are for reading. */
struct vd_remote_operator {
  struct vd_client *client;
  char url[VD_REMOTE_URL_MAX + 1];
  unsigned timeout_ms;       /* of a look-up */
  unsigned failures;         /* look-ups in a row without an answer */
  uint64_t silent_until_ms;  /* by vd_client_now_ms: not asked before */
  bool is_probing;           /* one look-up is under way to see whether it is back */
  struct vd_remote_look_up *under_way;
  struct vd_remote_look_up *idle;
  unsigned dropped;          /* look-ups under way whose answer nobody waits for */
};

/* url: with or without a slash at the end. VD_CONFIG: it is too long, or is not one of http or https without query,
 * fragment or user. */
VD_MUST_CHECK enum vd_error vd_remote_operator_init(struct vd_remote_operator *operator, struct vd_client *client,
                                                    const char *url, unsigned timeout_ms, struct vd_failure *failure);

/* Ends its look-ups without calling their `done`; before its client is freed. */
void vd_remote_operator_end(struct vd_remote_operator *operator);

/* Whether it is worth asking: an operator that failed to answer several times in a row is left alone for a few seconds,
 * then asked by one look-up at a time until it answers. Nobody then waits for its deadline. (A look-up may be made all the
 * same, when nothing else is left to do.) */
bool vd_remote_operator_is_up(const struct vd_remote_operator *operator, uint64_t now_ms);

/* Asks. done: called once, unless dropped, never from inside this: with the bytes that came, a view valid during the
 * call, or with NULL when nothing came but an error. It returns whether they are an answer to the request; false counts
 * as a failure of the operator. Out: *look_up: a name for vd_remote_look_up_drop, valid until `done` is called.
 * Errors: those of vd_client_start; done is not called then. */
typedef bool vd_remote_look_up_done(void *context, const uint8_t *bytes, size_t len);
VD_MUST_CHECK enum vd_error vd_remote_look_up(struct vd_remote_operator *operator,
                                              const struct vd_lookup_request *request, vd_remote_look_up_done *done,
                                              void *context, struct vd_remote_look_up **look_up,
                                              struct vd_failure *failure);

/* Nobody waits for it any more: `done` is not called. The answer is still awaited, unless many are already: that keeps
 * its connection for the next look-up, and the answer's form tells whether the operator is up. */
void vd_remote_look_up_drop(struct vd_remote_look_up *look_up);

/* Hands in a signed submission and waits (vd_client_run), for a program without an event loop: a client with no hooks.
 * Tries again after VD_UNAVAILABLE and after 429, 502, 503 and 504, with growing pauses, `attempts` times in all.
 * Errors: VD_UNAVAILABLE. VD_CONFLICT (409), VD_KEY (401, 403), VD_FULL (413, 429, 507), VD_DATA (400 and others): with
 * the operator's own words. VD_DATA too when the receipt cannot be read. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_remote_submit(struct vd_remote_operator *operator, const uint8_t *bytes, size_t len,
                                             unsigned attempts, struct vd_receipt *receipt,
                                             struct vd_failure *failure);

/* What several operators are handed in at once. */
struct vd_remote_submission {
  struct vd_remote_operator *operator;
  const uint8_t *bytes;
  size_t len;

  /* What came of it. */
  enum vd_error error;       /* of vd_remote_submit */
  struct vd_failure failure; /* unless that is VD_OK */
  struct vd_receipt receipt; /* when it is */
};

/* The same with operators of one client, 1..VD_REMOTE_SUBMISSIONS_MAX: none waits for another's answer. One that kept
 * its caller waiting up to the deadline is not tried again. */
#define VD_REMOTE_SUBMISSIONS_MAX 15
void vd_remote_submit_all(struct vd_remote_submission *submissions, size_t count, unsigned attempts);

/* Gets a static resource ("checkpoint", "tile/…"; at most VD_REMOTE_PATH_MAX bytes) and waits, likewise, but tries once.
 * Out: *body, *len: the caller frees; never NULL when VD_OK.
 * VD_NOT_FOUND (404), VD_UNAVAILABLE (429, 502, 503, 504 too), VD_FULL (over answer_max bytes), VD_DATA (any other
 * status), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_remote_get(struct vd_remote_operator *operator, const char *path, size_t answer_max,
                                          uint8_t **body, size_t *len, struct vd_failure *failure);

#endif

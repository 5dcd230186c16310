/* complaint.h: what went wrong with a question to a node, in a few words for a log, which never quote the node's URL,
 * where providers put their customers' keys, nor the credentials. Any thread. */
#ifndef VD_ANCHOR_COMPLAINT_H
#define VD_ANCHOR_COMPLAINT_H

#include "json/rpc.h"
#include "net/client.h"

#define VD_COMPLAINT_SIZE 256 /* bytes with the NUL */

/* A question's end. */
struct vd_complaint_facts {
  enum vd_rpc_outcome outcome;
  const struct vd_rpc_answer *answer;    /* of VD_RPC_ERROR */
  const struct vd_client_result *result; /* what HTTP said */
  bool is_too_much;                      /* the answer was dropped for its size */
  const char *url;
  const char *credentials; /* "" when none were sent; secret */
};

/* One line of printable text: "did not answer: …", "answered something else (HTTP 404)", "says: …"; "" for
 * VD_RPC_RESULT. */
void vd_complaint_write(const struct vd_complaint_facts *facts, char text[static VD_COMPLAINT_SIZE]);

/* Whether the text may quote the URL (any URL, or a word of 8 characters out of this one), the password, or a header
 * line with them. */
bool vd_complaint_quotes(const char *text, const char *url, const char *credentials);

#endif

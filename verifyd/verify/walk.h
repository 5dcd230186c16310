/* walk.h: the statements about one document, FRAG-1 section 6: n = 0, 1, 2 … up to a question with one that nobody
 * holds, asked for a few at a time from all operators, and what they amount to. Plain data; holds no views. */
#ifndef VD_WALK_H
#define VD_WALK_H

#include <frag/open.h>
#include <frag/status.h>

#include "wire/lookup.h"

#define VD_WALK_OPERATORS_MAX 15
#define VD_WALK_STATEMENTS_MAX 256 /* of one document */
#define VD_WALK_KEYS_MAX 4         /* statements asked for in one question */
#define VD_WALK_WITHHELD_S 300     /* an operator that has no statement so long after another got it is reported */

/* One record that operators show as statement n. */
struct vd_walk_record {
  uint8_t bytes[FRAG_STATUS_RECORD_LEN];
  bool is_proven; /* to be in a right log */
  bool is_valid;  /* signed by a key that might, at the time of an entry that is proven; as long as none is: at the time
                     that the statement itself says, and the key was never stolen, since a thief writes any time. Once
                     the question is settled, no reinstatement by a stolen key with fewer such entries than t */
  bool is_stolen; /* when it is valid: its key has a compromised_since */
  struct frag_statement statement; /* when it is valid */
  unsigned entry_count;                      /* proven entries of times at which its key might sign */
  uint64_t entries_s[VD_WALK_OPERATORS_MAX]; /* their times, earliest first */
};

/* What the operators hold as statement n. */
struct vd_walk_statements {
  uint8_t id[FRAG_STATUS_ID_LEN];
  bool is_held;   /* by anyone, whatever it is */
  bool is_sure;   /* and it is proven to be in a right log, or valid: it is there for good, whoever made it */
  unsigned count; /* of different records */
  struct vd_walk_record records[VD_WALK_OPERATORS_MAX];
  uint64_t entry_s;                         /* once settled: of a valid one, the earliest that a right log proves, or by
                                               a stolen key the t-th earliest; 0: none */
  uint64_t none_by_s[VD_WALK_OPERATORS_MAX]; /* each operator had none by then; 0: it had one, or was not heard */
};

/* Who answered. */
struct vd_walk_operator {
  unsigned k;
  bool is_log_right; /* and all that it shows is proven to be in it; else its silence and its times say nothing */
  uint64_t as_of_s;  /* of what it answered */
};

struct vd_walk {
  struct frag_status_walk outcome;
  uint32_t first;     /* n of the first statement of the open question */
  unsigned count;     /* its statements */
  unsigned used;      /* of the statements below, at most */
  unsigned threshold; /* of the scope, at least 1 */
  unsigned answers;   /* to it, of operators whose silence about a statement says that they have none */
  uint32_t withholding; /* bit set of operators that had no statement long after another one had it */
  struct vd_walk_statements statements[VD_WALK_KEYS_MAX];
};

/* Whose statements count: views that stay in place during the walk. */
struct vd_walk_scope {
  struct frag_context *context;
  const struct frag_trust *trust;
  const struct frag_document *document;
  uint16_t realm;
  unsigned threshold; /* t: so many logs have to prove what is taken back to before a theft; 0: as 1 */
};

/* Opens the question for the statements from n = first, `count` of them, or fewer at the end. Before the first one
 * *walk is zero up to its statements. Errors: FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error vd_walk_ask(struct vd_walk *walk, const struct vd_walk_scope *scope, uint32_t first,
                                       unsigned count);

/* Takes one operator's answer to it, in any order. A valid statement counts whoever shows it, since only the issuer can
 * make one; when it was entered, and that there is none, counts only from an operator whose log is right. That time is
 * the operator's own word all the same, so a reinstatement by a stolen key needs t of them. Errors: FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error vd_walk_take(struct vd_walk *walk, const struct vd_walk_scope *scope,
                                        const struct vd_lookup_answer *answer,
                                        const struct vd_walk_operator *who);

/* Ends the question. Behind a statement that nobody holds, what was asked for counts too, but no reinstatement: what is
 * missing may be what it could not lift. Out: *is_over: false when the next statements must be asked for, from first +
 * count; what is neither valid nor in a log leads to no further question.
 * Returns what the statements amount to so far: FRAG_OK, 40, 41, 42, or 45: nobody could be asked, or there are more
 * statements than are read, so that the last word is not known. */
FRAG_MUST_CHECK frag_error vd_walk_settle(struct vd_walk *walk, bool *is_over);

#endif

/* loop_ledgers.h: how one loop reads the ledgers of this machine for others: a reader of each, and memory for answers.
 * What is read there is public, but for the keys of look-ups. Thread rule: the loop's. */
#ifndef VD_SERVE_LOOP_LEDGERS_H
#define VD_SERVE_LOOP_LEDGERS_H

#include "ledger/tlog.h"
#include "serve/service.h"
#include "wire/lookup.h"

struct vd_loop_ledger {
  unsigned number;                /* of the operator */
  struct vd_store_reader *reader; /* NULL: the ledger could not be opened */
};

struct vd_loop_ledgers {
  size_t count;
  struct vd_loop_ledger items[VD_SERVICE_LEDGERS_MAX];
  struct vd_lookup_answer answer;
  uint8_t bytes[VD_TLOG_RESOURCE_MAX];
};

/* Makes readers of the service's ledgers. Out: *ledgers, which stays in place until vd_loop_ledgers_close; after an
 * error there is nothing to close. Errors: those of vd_store_reader_new. */
VD_MUST_CHECK enum vd_error vd_loop_ledgers_open(struct vd_loop_ledgers *ledgers, const struct vd_service *service,
                                                 struct vd_failure *failure);
void vd_loop_ledgers_close(struct vd_loop_ledgers *ledgers);

/* The number and the rest of a path "/log/<number>/<rest>"; false for another. Only one spelling of a number is taken.
 */
bool vd_loop_ledgers_path(struct vd_span path, unsigned *number, struct vd_span *rest);

/* The own operator, if the path names it; NULL otherwise. own: the service's, NULL when it has none. */
struct vd_own_operator *vd_loop_ledgers_own(struct vd_own_operator *own, struct vd_span path);

/* The ledger of that operator, or NULL. */
struct vd_loop_ledger *vd_loop_ledgers_find(struct vd_loop_ledgers *ledgers, unsigned number);

#endif

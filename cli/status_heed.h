/* status_heed.h: whether anybody still heeds a statement: its key may have been given a compromised_since before it,
 * and then it has to be said again with another. One thread. */
#ifndef CTL_STATUS_HEED_H
#define CTL_STATUS_HEED_H

#include "status_walk.h"

struct ctl_status_heed {
  bool is_heeded;
  bool has_key; /* else the key that signed it is not in the trust list, or was never valid */
  uint8_t kid[FRAG_KID_LEN];
};

/* Judges a statement of the batch by the trust list in force, when its log entry has that time. A copy is not judged:
 * it is heeded. The scope's issuer does not matter. Out: *heed. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_heed(const struct ctl_status_scope *scope, const struct ctl_status_batch *batch,
                                            const struct ctl_status_line *line, uint64_t entry_s,
                                            struct ctl_status_heed *heed, struct vd_failure *failure);

/* "is not heeded any more (key 0123456789abcdef): say it again", into text. */
#define CTL_STATUS_HEED_TEXT_SIZE 96
void ctl_status_heed_text(char text[static CTL_STATUS_HEED_TEXT_SIZE], const struct ctl_status_heed *heed);

/* The last statement of the queue about each document: what came before need not be heeded any more. Begin with {0};
 * end with ctl_status_last_free. */
struct ctl_status_last {
  size_t count;
  struct ctl_status_last_item *items;
};

/* VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_last_make(struct ctl_status_last *last, const struct ctl_status_queue *queue,
                                                 struct vd_failure *failure);
bool ctl_status_last_is(const struct ctl_status_last *last, const struct ctl_status_line *line);
void ctl_status_last_free(struct ctl_status_last *last);

#endif

/* telling.h: what an operator is told about the anchors on one chain: each trouble once when it begins, and once when it
 * is over. A trouble that may pass by itself, such as nodes of which one is a block behind, is told when it has been there
 * for a few looks in a row. Thread rule: one thread. */
#ifndef VD_ANCHOR_TELLING_H
#define VD_ANCHOR_TELLING_H

#include "anchor/anchoring.h"

#define VD_TELLING_PATIENCE 3 /* looks */

/* What is wrong, as a judge found it. */
struct vd_trouble {
  unsigned reason;     /* the judge's; 0: nothing is wrong, and the rest means nothing */
  const char *event;   /* a constant, as are the words */
  const char *words;
  enum vd_anchoring_grade grade;
  bool is_patient;     /* it may pass by itself */
  bool names_endpoint; /* it is about one endpoint */
};

/* All zero but for options is the beginning. */
struct vd_telling {
  const struct vd_anchoring_options *options; /* outlive it */
  unsigned told;          /* reason of what was told last and is not over; 0: nothing */
  const char *told_event;
  unsigned reason;        /* of the last look */
  unsigned looks;         /* in a row with that reason */
};

/* Tells an event: "chain=NAME " and the rest. */
void vd_tell(const struct vd_telling *telling, enum vd_anchoring_grade grade, const char *event, const char *format,
             ...) __attribute__((format(printf, 4, 5)));

/* After each look. endpoint: from 0; complaint: what it did, "" for nothing.
 * Returns whether the trouble has been there for long enough to be told. */
bool vd_tell_trouble(struct vd_telling *telling, const struct vd_trouble *trouble, size_t endpoint,
                     const char *complaint);

#endif

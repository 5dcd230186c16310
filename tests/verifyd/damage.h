/* damage.h: a file that is damaged in every way that is worth trying, and looked at each time. */
#ifndef DAMAGE_H
#define DAMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

/* Looks at what is there: right, or refused, which it returns; it fails the test when it is neither. */
typedef bool damage_look(void *context);

struct damage {
  const char *path; /* of the file */
  struct vd_bytes good;
  damage_look *look;
  void *context;
};

void damage_begin(struct damage *damage, const char *path, damage_look *look, void *context);
void damage_end(struct damage *damage); /* puts the good file back */

/* Flips a bit in every stride-th byte of these bytes, wherever they stand, and of the `behind` bytes behind them: each
 * time it is refused. */
void damage_flip(struct damage *damage, const void *bytes, size_t len, size_t behind, size_t stride);

/* Puts other bytes of the same length in their place, once, and leaves it so. */
void damage_replace(struct damage *damage, const void *bytes, const void *other, size_t len);

/* Cuts the file short, to many lengths: each time it is refused. */
void damage_cut(struct damage *damage);

#endif

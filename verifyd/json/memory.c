#include "json/memory.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* All of the block: what was allocated is more than what was asked for. */
static void wipe_and_free(void *block) {
  if (block == NULL) return;
  explicit_bzero(block, malloc_usable_size(block));
  free(block);
}

void vd_memory_wipe_json(void) {
  json_set_alloc_funcs(malloc, wipe_and_free);
  json_object_seed(0); /* now, rather than in whichever thread comes first */
}

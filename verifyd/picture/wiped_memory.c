#include "wiped_memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct block {
  size_t size;
  alignas(max_align_t) unsigned char memory[];
};

void *vd_wiped_malloc(size_t size) {
  if (size > SIZE_MAX - sizeof(struct block)) return NULL;
  struct block *block = malloc(sizeof *block + size);
  if (block == NULL) return NULL;
  block->size = size;
  return block->memory;
}

void vd_wiped_free(void *memory) {
  if (memory == NULL) return;
  struct block *block = (struct block *)((unsigned char *)memory - offsetof(struct block, memory));
  explicit_bzero(block, sizeof *block + block->size);
  free(block);
}

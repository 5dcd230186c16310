#include "verifyd/memory_spy.h"

#include <stdbool.h>
#include <stdlib.h>

enum { BLOCKS_MAX = 64 };

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *memory);

static bool watching;
static size_t refuse_from;
static struct memory_spy_report report;
static struct block {
  void *memory;
  size_t size;
} blocks[BLOCKS_MAX];

void memory_spy_start(size_t refuse_bytes) {
  for (size_t i = 0; i < BLOCKS_MAX; i++) blocks[i] = (struct block){0};
  report = (struct memory_spy_report){0};
  refuse_from = refuse_bytes;
  watching = true;
}

struct memory_spy_report memory_spy_stop(void) {
  watching = false;
  return report;
}

static bool refused(size_t size) {
  if (!watching) return false;
  if (size > report.largest_bytes) report.largest_bytes = size;
  return size >= refuse_from;
}

static void *watch(void *memory, size_t size) {
  for (size_t i = 0; i < BLOCKS_MAX && watching && memory != NULL; i++) {
    if (blocks[i].memory != NULL) continue;
    blocks[i] = (struct block){memory, size};
    break;
  }
  return memory;
}

static void check(const struct block *block) {
  const unsigned char *bytes = block->memory;
  bool dirty = false;
  for (size_t i = 0; i < block->size; i++) dirty = dirty || bytes[i] != 0;
  report.freed++;
  report.dirty += dirty;
}

void *__wrap_malloc(size_t size) { return refused(size) ? NULL : watch(__real_malloc(size), size); }

void *__wrap_calloc(size_t count, size_t size) {
  return refused(count * size) ? NULL : watch(__real_calloc(count, size), count * size);
}

void __wrap_free(void *memory) {
  for (size_t i = 0; i < BLOCKS_MAX && watching && memory != NULL; i++) {
    if (blocks[i].memory != memory) continue;
    check(&blocks[i]);
    blocks[i].memory = NULL;
    break;
  }
  __real_free(memory);
}

/* wiped_memory.h: malloc and free for libraries that accept their own and hold secrets: freed memory is
 * overwritten first. */
#ifndef VD_WIPED_MEMORY_H
#define VD_WIPED_MEMORY_H

#include <stddef.h>

/* Aligned for any type. NULL: out of memory. Free with vd_wiped_free only. Any thread. */
void *vd_wiped_malloc(size_t size);

/* Overwrites and frees what vd_wiped_malloc gave; NULL is allowed. Any thread. */
void vd_wiped_free(void *memory);

#endif

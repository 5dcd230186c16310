/* memory.h: makes jansson wipe every block it frees, because requests and answers pass through it. */
#ifndef VD_MEMORY_H
#define VD_MEMORY_H

/* Call once, first thing in main, before any thread is started and before any other function of json/.
 * Without it everything still works, but freed blocks keep what was in them. */
void vd_memory_wipe_json(void);

#endif

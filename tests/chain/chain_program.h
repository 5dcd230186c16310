/* chain_program.h: what the programs have in common that tests drive against real nodes: arguments name=value, the
 * settings of a chain, events as lines. They exit when an argument is wrong. */
#ifndef CHAIN_PROGRAM_H
#define CHAIN_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "anchor/anchoring.h"

uint64_t program_number(const char *text);
void program_copy(char *out, size_t size, const char *text);

/* Sets one thing, its value in memory that stays and may be changed; false: there is no such one, or it is wrong. */
typedef bool program_set(void *context, const char *name, char *value);

/* The chain's own are set here, after its defaults; all others go to `set`. False: told on standard error. */
bool program_read(struct vd_chain_settings *chain, program_set *set, void *context, int count, char **words);

/* A line "GRADE EVENT DETAIL" on standard output. */
void program_tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail);

/* From program_begin on: whether SIGTERM has come. */
void program_begin(void);
bool program_is_ended(void);

#endif

/* config.h: the one owner of libconfig: a configuration file as typed values.
 *
 * A config latches its first error: later calls do nothing and give empty results, so that a reader states
 * what it wants line by line and asks once, at the end, whether all of it was there. Every error text reads
 * "file:line: key: what, remedy". One thread at a time. Nothing in a configuration is secret. */
#ifndef VD_CONFIG_H
#define VD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define VD_CONFIG_FILE_MAX ((size_t)1 << 20) /* bytes */

struct vd_config;

/* A group, or a list of groups, or an array; valid until vd_config_free. Empty after an error or when absent. */
struct vd_section {
  struct vd_config *config;
  const void *node; /* NULL: empty */
};

enum vd_presence { VD_REQUIRED, VD_OPTIONAL };

/* Parses text of len bytes; name stands for the file in error texts and must outlive the config.
 * On success the caller owns *config. VD_CONFIG (syntax, zero bytes, @include, a whole number
 * over INT32_MAX without an L, over VD_CONFIG_FILE_MAX), VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_config_parse(const char *text, size_t len, const char *name, struct vd_config **config,
                                            struct vd_failure *failure);

/* Frees; NULL is allowed. Text copied out stays. */
void vd_config_free(struct vd_config *config);

/* VD_OK, or the first error since parsing, copied to failure. */
VD_MUST_CHECK enum vd_error vd_config_result(const struct vd_config *config, struct vd_failure *failure);

struct vd_section vd_config_root(struct vd_config *config);

/* Refuses every key of the section that is not in keys, a list that ends with NULL. */
void vd_config_keys(struct vd_section section, const char *const keys[]);

/* Whether the section has the key. */
bool vd_config_has(struct vd_section section, const char *key);

/* Each reads one value of the section. An absent key is an error when VD_REQUIRED, and leaves the result as
 * it was when VD_OPTIONAL; a value of another type or out of range is an error always.
 * Text is 1..size−1 bytes of UTF-8 without control characters, and gets a NUL. */
void vd_config_text(struct vd_section section, const char *key, enum vd_presence presence, char *text, size_t size);
void vd_config_number(struct vd_section section, const char *key, enum vd_presence presence, unsigned min, unsigned max,
                      unsigned *number);
void vd_config_number_wide(struct vd_section section, const char *key, enum vd_presence presence, uint64_t min,
                           uint64_t max, uint64_t *number); /* max: at most 2^63 - 1 */
/* The same, of a unit that a refusal names. */
void vd_config_number_of(struct vd_section section, const char *key, enum vd_presence presence, const char *unit,
                         uint64_t min, uint64_t max, uint64_t *number);
/* A whole number or one with a decimal point. min, max (at most 2^53) and the result are in billionths of the unit. */
void vd_config_billionths(struct vd_section section, const char *key, enum vd_presence presence, const char *unit,
                          uint64_t min, uint64_t max, uint64_t *billionths);
void vd_config_flag(struct vd_section section, const char *key, enum vd_presence presence, bool *flag);

/* A group within the section. */
struct vd_section vd_config_group(struct vd_section section, const char *key, enum vd_presence presence);

/* An array of plain values, or a list, with at most max elements. */
struct vd_section vd_config_list(struct vd_section section, const char *key, enum vd_presence presence, size_t max);

/* How many elements a list has, or keys a group. */
size_t vd_config_count(struct vd_section section);

/* Element i of a list that must be a group; element i of a list that must be text; key i of a group. */
struct vd_section vd_config_element(struct vd_section list, size_t i);
void vd_config_element_text(struct vd_section list, size_t i, char *text, size_t size);
const char *vd_config_key_at(struct vd_section group, size_t i);

/* Latches a VD_CONFIG error about the key of a section (or about the section itself when key is NULL or
 * absent), unless there is one already. The format says what is wrong and what to do. */
void vd_config_refuse(struct vd_section section, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

/* member.h: members of JSON objects, in the forms that every answer of the service shares. Thread rule: as writer.h. */
#ifndef VD_MEMBER_H
#define VD_MEMBER_H

#include "config/profile.h"
#include "json/writer.h"
#include "verify/issuer_names.h"

void vd_member_string(struct vd_writer *writer, const char *name, const char *value);
void vd_member_slice(struct vd_writer *writer, const char *name, struct frag_slice value);
void vd_member_boolean(struct vd_writer *writer, const char *name, bool value);
void vd_member_null(struct vd_writer *writer, const char *name);

/* Above 2^53-1, which JSON readers would round: a string of digits. */
void vd_member_number(struct vd_writer *writer, const char *name, uint64_t value);

/* RFC 3339 section 5.6, in UTC; a time after the year 9999 becomes 9999-12-31T23:59:59Z. The second: null for 0. */
void vd_member_time(struct vd_writer *writer, const char *name, uint64_t time_s);
void vd_member_time_or_null(struct vd_writer *writer, const char *name, uint64_t time_s);

/* {language: text}; labels: NULL for {}. */
void vd_member_labels(struct vd_writer *writer, const char *name, const struct vd_labels *labels);
void vd_member_issuer_names(struct vd_writer *writer, const char *name, const struct vd_issuer_names *names);

#endif

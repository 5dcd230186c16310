/* profile.h: a document profile: which type of document a spreadsheet becomes, which column feeds which
 * attribute, and what each attribute is called in each language.
 *
 *   type = "school-leaving/bac2";
 *   type_labels = { km = "…"; en = "Upper-secondary school certificate"; fr = "…"; };
 *   serial = { column = "serial"; };
 *   validity = { years = 10; };              # or { expires_column = "…"; }; absent: does not expire
 *   plaintext_bytes = 512;                   # N of FRAG-1; absent: the least that holds the longest row
 *   attributes = (                           # in the order in which they are shown
 *     { name = "name_latin"; column = "name_latin"; required = true; labels = { en = "Name (Latin)"; }; },
 *     { name = "remarks";    column = "remarks"; }
 *   );
 *   ignored_columns = [ "internal_note" ];   # columns of the spreadsheet that are left out on purpose
 *
 * No function here handles a secret. A loaded profile is read-only and may be shared by threads. */
#ifndef VD_PROFILE_H
#define VD_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

#define VD_LANGUAGES_MAX 8
#define VD_LANGUAGE_SIZE 9 /* "km", "en", "fr": a BCP 47 primary tag and its NUL */
#define VD_LABEL_SIZE 257
#define VD_TYPE_SIZE 65
#define VD_ATTRIBUTE_NAME_SIZE 65
#define VD_COLUMN_SIZE 257
#define VD_ATTRIBUTES_MAX 64
#define VD_IGNORED_COLUMNS_MAX 64
#define VD_PROFILES_MAX 32

struct vd_label {
  char language[VD_LANGUAGE_SIZE];
  char text[VD_LABEL_SIZE];
};

/* In the order of the file. */
struct vd_labels {
  size_t count;
  struct vd_label items[VD_LANGUAGES_MAX];
};

struct vd_profile_attribute {
  char name[VD_ATTRIBUTE_NAME_SIZE]; /* letters, digits, '_', '-' and '.' */
  char column[VD_COLUMN_SIZE];       /* heading in the spreadsheet */
  bool required;                     /* an empty cell is refused; otherwise it gives no attribute */
  struct vd_labels labels;
};

enum vd_validity { VD_VALIDITY_ENDLESS, VD_VALIDITY_YEARS, VD_VALIDITY_COLUMN };

struct vd_profile {
  char type[VD_TYPE_SIZE];
  struct vd_labels type_labels;
  char serial_column[VD_COLUMN_SIZE];
  enum vd_validity validity;
  unsigned validity_years;              /* for VD_VALIDITY_YEARS: calendar years after the issue, 1..200 */
  char expires_column[VD_COLUMN_SIZE];  /* for VD_VALIDITY_COLUMN: an ISO 8601 date; empty: does not expire */
  size_t plaintext_bytes;               /* a multiple of 64 in 128..32768, or 0: chosen by the batch */
  size_t attributes_count;
  struct vd_profile_attribute attributes[VD_ATTRIBUTES_MAX];
  size_t ignored_columns_count;
  char ignored_columns[VD_IGNORED_COLUMNS_MAX][VD_COLUMN_SIZE];
};

/* Reads and checks one profile file.
 * path: the file, at most 1 MiB. profile: filled on success, of unspecified content otherwise; about 200 KiB,
 * so allocate it. failure: told "file:line: what, remedy".
 * VD_NO_INPUT (missing, unreadable), VD_CONFIG (syntax, unknown key, value out of range), VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_profile_read(const char *path, struct vd_profile *profile, struct vd_failure *failure);

/* The same from text of len bytes; name stands for the file in error texts. */
VD_MUST_CHECK enum vd_error vd_profile_parse(const char *text, size_t len, const char *name, struct vd_profile *profile,
                                             struct vd_failure *failure);

/* The text in exactly that language, or NULL. The result lives as long as labels. */
const char *vd_labels_find(const struct vd_labels *labels, const char *language);

/* The labels of the attribute with that name (name_len bytes, no NUL needed), or NULL when the profile has no
 * such attribute. The result lives as long as profile. */
const struct vd_labels *vd_profile_labels(const struct vd_profile *profile, const char *name, size_t name_len);

/* Profiles of several types, for labels. Owned by whoever loaded it; release with vd_profiles_free. */
struct vd_profiles {
  size_t count;
  struct vd_profile *items;
};

/* Reads count (at most VD_PROFILES_MAX) profile files. On success the caller owns *profiles; on failure it is
 * empty. Errors of vd_profile_read, and VD_CONFIG when two files describe one type. */
VD_MUST_CHECK enum vd_error vd_profiles_read(size_t count, const char *const paths[], struct vd_profiles *profiles,
                                             struct vd_failure *failure);
void vd_profiles_free(struct vd_profiles *profiles);

/* The profile of a document type (type_len bytes, no NUL needed), or NULL. Lives as long as profiles. */
const struct vd_profile *vd_profiles_find(const struct vd_profiles *profiles, const char *type, size_t type_len);

#endif

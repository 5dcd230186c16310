/* verify_print.h: a verdict for people: aligned lines in a language. Nothing of a document is printed unless VALID. */
#ifndef CTL_VERIFY_PRINT_H
#define CTL_VERIFY_PRINT_H

#include "config/profile.h"
#include "config/settings.h"
#include "verify/verify.h"

/* Prints to standard output. source: the file's name, or NULL. profiles: where labels come from. settings: of the
 * chains, or NULL. language: "en"; a
 * label that is missing in it is taken in English, then the raw name. What is said of the verdict itself: see
 * verdict_words.h. */
void ctl_verify_print(const char *source, const struct vd_verdict *verdict, const struct vd_profiles *profiles,
                      const struct vd_settings *settings, const char *language);

/* Columns that UTF-8 text takes on a terminal. */
size_t ctl_text_width(const char *text, size_t len);

#endif

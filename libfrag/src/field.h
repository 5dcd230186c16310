/* field.h: rules that several formats share for their text fields. */
#ifndef FRAG_FIELD_H
#define FRAG_FIELD_H

#include <frag/document.h>

/* 1..FRAG_NAME_MAX bytes of `a-z 0-9 . -`; a type may have `/` too.
 * FRAG_FIELD_LENGTH, FRAG_FIELD_CHARACTERS. */
FRAG_MUST_CHECK frag_error frag_field_issuer(struct frag_slice text);
FRAG_MUST_CHECK frag_error frag_field_type(struct frag_slice text);

/* least..most bytes of text that obeys section 1. */
FRAG_MUST_CHECK frag_error frag_field_text(struct frag_context *context, struct frag_slice text, size_t least,
                                           size_t most);

/* A language tag: 1..FRAG_LANGUAGE_MAX letters, digits and hyphens. */
FRAG_MUST_CHECK frag_error frag_field_language(struct frag_slice text);

#endif

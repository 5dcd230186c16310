/* result_label.h: what a thing is called on a page in a given language: in that language, else in English, else in
 * the first there is, else by its raw name or id. Pure; any thread. */
#ifndef VD_SERVE_RESULT_LABEL_H
#define VD_SERVE_RESULT_LABEL_H

#include "config/profile.h"
#include "serve/header.h"
#include "verify/issuer_names.h"

struct vd_result_label {
  struct vd_span text;
  struct vd_span language; /* of the text, when it is another than the page's; else {NULL, 0} */
};

/* labels: NULL when there is no profile. The result lives as long as labels and raw. */
struct vd_result_label vd_result_label_pick(const struct vd_labels *labels, struct vd_span raw,
                                            enum vd_language language);

/* The issuer's name. The result lives as long as the trust list. */
struct vd_result_label vd_result_label_issuer(const struct vd_issuer_names *names, enum vd_language language);

#endif

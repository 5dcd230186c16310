#include "json/problem.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define TYPE_PREFIX "urn:problem-type:verifyd:"
enum { DETAIL_SIZE = VD_PROBLEM_SIZE - 256 }; /* the rest is for what stands around it */

static const struct {
  int status;
  const char *type;
  const char *title;
} problems[] = {
#define VD_PROBLEM_ROW(name, status, slug, title) {status, TYPE_PREFIX slug, title},
    VD_PROBLEM_LIST(VD_PROBLEM_ROW)
#undef VD_PROBLEM_ROW
};

int vd_problem_status(enum vd_problem problem) { return problems[problem].status; }

const char *vd_problem_title(enum vd_problem problem) { return problems[problem].title; }

/* Plain text has no control characters, so that only two characters need escaping (RFC 8259 section 7). */
static bool escape(const char *detail, char out[static DETAIL_SIZE]) {
  if (detail == NULL || !vd_text_is_plain(detail, strlen(detail))) return false;
  size_t used = 0;
  for (; *detail != '\0'; detail++) {
    if (used + 3 > DETAIL_SIZE) return false;
    if (*detail == '"' || *detail == '\\') out[used++] = '\\';
    out[used++] = *detail;
  }
  out[used] = '\0';
  return true;
}

size_t vd_problem_write(enum vd_problem problem, const char *detail, char text[static VD_PROBLEM_SIZE]) {
  char escaped[DETAIL_SIZE];
  bool has_detail = escape(detail, escaped);
  int len = snprintf(text, VD_PROBLEM_SIZE, "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d%s%s%s}",
                     problems[problem].type, problems[problem].title, problems[problem].status,
                     has_detail ? ",\"detail\":\"" : "", has_detail ? escaped : "", has_detail ? "\"" : "");
  return len > 0 ? (size_t)len : 0;
}

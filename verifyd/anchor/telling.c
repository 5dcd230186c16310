#include "anchor/telling.h"

#include <stdarg.h>
#include <stdio.h>

#include "anchor/complaint.h"

void vd_tell(const struct vd_telling *telling, enum vd_anchoring_grade grade, const char *event, const char *format,
             ...) {
  char detail[1024];
  int len = snprintf(detail, sizeof detail, "chain=%s ", telling->options->chain->name);
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(detail + len, sizeof detail - (size_t)len, format, arguments);
  va_end(arguments);
  telling->options->tell(telling->options->context, grade, event, detail);
}

static void tell_begin(const struct vd_telling *telling, const struct vd_trouble *trouble, size_t endpoint,
                       const char *complaint) {
  char quoted[VD_COMPLAINT_SIZE];
  (void)snprintf(quoted, sizeof quoted, "%s", complaint);
  for (char *at = quoted; *at != '\0'; at++)
    if (*at == '"') *at = '\''; /* what a node says stands in quotes */
  const char *colon = quoted[0] == '\0' ? "" : ": ";
  if (trouble->names_endpoint)
    vd_tell(telling, trouble->grade, trouble->event, "endpoint=%zu reason=\"%s%s%s\"", endpoint + 1, trouble->words,
            colon, quoted);
  else vd_tell(telling, trouble->grade, trouble->event, "reason=\"%s%s%s\"", trouble->words, colon, quoted);
}

bool vd_tell_trouble(struct vd_telling *telling, const struct vd_trouble *trouble, size_t endpoint,
                     const char *complaint) {
  telling->looks = trouble->reason == telling->reason ? telling->looks + 1 : 1;
  telling->reason = trouble->reason;
  if (trouble->is_patient && telling->looks < VD_TELLING_PATIENCE && trouble->reason != 0) return false;
  if (trouble->reason == telling->told) return true;
  if (trouble->reason == 0) vd_tell(telling, VD_ANCHORING_INFO, "anchor_recovered", "after=%s", telling->told_event);
  else tell_begin(telling, trouble, endpoint, complaint);
  telling->told = trouble->reason;
  telling->told_event = trouble->event;
  return true;
}

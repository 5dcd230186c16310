/* Targets: vd_writer_text, vd_writer_name_text; vd_request_read reads back what they wrote. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/request.h"
#include "json/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char back[VD_REQUEST_QR_SIZE];
  struct vd_writer writer = {0};
  struct vd_failure failure;
  size_t len = 0;
  vd_writer_open(&writer, '{');
  vd_writer_name(&writer, "qr");
  vd_writer_text(&writer, (const char *)data, size);
  vd_writer_close(&writer, '}');
  bool can_come_back = !writer.has_failed && size < sizeof back && memchr(data, 0, size) == NULL;
  if (can_come_back && (vd_request_read(writer.text, writer.len, back, &len, &failure) != VD_OK || len != size ||
                        memcmp(back, data, size) != 0))
    abort();
  vd_writer_free(&writer);
  vd_writer_open(&writer, '{');
  vd_writer_name_text(&writer, (const char *)data, size);
  vd_writer_null(&writer);
  vd_writer_close(&writer, '}');
  /* Refused for the one member's name at most, never for its syntax. */
  if (!writer.has_failed && writer.len <= VD_REQUEST_BODY_MAX && memchr(data, 0, size) == NULL &&
      (vd_request_read(writer.text, writer.len, back, &len, &failure) != VD_DATA ||
       strstr(failure.text, "member") == NULL))
    abort();
  vd_writer_free(&writer);
  return 0;
}

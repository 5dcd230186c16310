#include "trust_file.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "date.h"

enum vd_error ctl_trust_file_load(struct frag_context *context, const char *path, struct ctl_trust_file *file,
                                  struct vd_failure *failure) {
  *file = (struct ctl_trust_file){0};
  enum vd_error error = vd_file_read(path, CTL_TRUST_FILE_BYTES_MAX, &file->bytes, failure);
  if (error != VD_OK) return error;
  struct frag_slice bytes = {.data = file->bytes.data, .len = file->bytes.len};
  frag_error decoded =
      frag_trust_file_decode(&file->list, file->signatures, CTL_SIGNATURES_MAX, &file->signatures_count, bytes);
  if (decoded == FRAG_OK) decoded = frag_trust_decode(context, &file->trust, file->list);
  if (decoded != FRAG_OK) return vd_fail_frag(failure, decoded, "%s is not a trust list", path);
  return VD_OK;
}

void ctl_trust_file_free(struct ctl_trust_file *file) {
  frag_trust_free(file->trust);
  vd_bytes_free(&file->bytes);
  *file = (struct ctl_trust_file){0};
}

enum vd_error ctl_trust_file_save(const char *path, struct frag_slice list,
                                  const struct frag_root_signature *signatures, size_t count, bool fresh,
                                  struct vd_failure *failure) {
  size_t capacity = list.len + 64 + count * 96, len = 0;
  uint8_t *out = malloc(capacity);
  if (out == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the trust list");
  enum vd_error error = VD_OK;
  frag_error encoded = frag_trust_file_encode(out, capacity, &len, list, signatures, count);
  if (encoded != FRAG_OK) {
    error = vd_fail_frag(failure, encoded, "writing the trust list");
  } else if (fresh) {
    error = vd_file_create(path, out, len, 0644, failure);
  } else {
    error = vd_file_replace(path, out, len, 0644, failure);
  }
  free(out);
  return error;
}

enum vd_error ctl_trust_file_follow(const struct ctl_trust_file *file, const char *path, uint64_t days,
                                    struct frag_trust_list *list, struct vd_failure *failure) {
  const struct frag_trust_list *before = frag_trust_list(file->trust);
  uint64_t now_s = (uint64_t)time(NULL);
  uint64_t period_s = days > 0 ? days * CTL_TRUST_DAY_S : before->next_update_s - before->issued_s;
  list->issued_s = now_s > before->issued_s ? now_s : before->issued_s;
  if (before->list_no == UINT64_MAX || list->issued_s > CTL_DATE_MAX_S || period_s > CTL_DATE_MAX_S) {
    return vd_fail(failure, VD_DATA, "%s: no list can follow it: its number or its times are out of range", path);
  }
  list->list_no = before->list_no + 1;
  list->next_update_s = list->issued_s + period_s;
  memcpy(list->prev_hash, frag_trust_hash(file->trust), sizeof list->prev_hash);
  return VD_OK;
}

enum vd_error ctl_trust_file_save_list(struct frag_context *context, const char *path,
                                       const struct frag_trust_list *list, bool fresh, struct vd_failure *failure) {
  size_t len = 0;
  uint8_t *out = malloc(CTL_TRUST_FILE_BYTES_MAX);
  if (out == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the trust list");
  frag_error encoded = frag_trust_encode(context, out, CTL_TRUST_FILE_BYTES_MAX, &len, list);
  enum vd_error error = VD_OK;
  if (encoded == FRAG_FIELD_DUPLICATE) {
    error = vd_fail(failure, VD_CONFLICT,
                    "%s: the key is in the list already, or a language or type is named twice", path);
  } else if (encoded != FRAG_OK) {
    error = vd_fail_frag(failure, encoded, "%s", path);
  } else {
    error = ctl_trust_file_save(path, (struct frag_slice){.data = out, .len = len}, NULL, 0, fresh, failure);
  }
  free(out);
  return error;
}

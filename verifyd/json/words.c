#include "json/words.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/file.h"

struct vd_words {
  json_t *root;
  json_t *codes; /* of root */
  json_t *texts;
};

static enum vd_error check_codes(const struct vd_words *words, const char *path, struct vd_failure *failure) {
  const char *name;
  json_t *group;
  if (!json_is_object(words->codes) || !json_is_object(words->texts))
    return vd_fail(failure, VD_CONFIG, "%s: needs an object \"codes\" and an object \"words\"", path);
  json_object_foreach(words->codes, name, group) if (!json_is_string(group)) return vd_fail(
      failure, VD_CONFIG, "%s: codes: %s: must be a string", path, name);
  return VD_OK;
}

static enum vd_error check_texts(const struct vd_words *words, const char *path, const char *const languages[],
                                 struct vd_failure *failure) {
  const char *key;
  json_t *entry;
  json_object_foreach(words->texts, key, entry) {
    for (size_t i = 0; languages[i] != NULL; i++) {
      const json_t *text = json_object_get(entry, languages[i]);
      if (!json_is_string(text) || json_string_length(text) == 0)
        return vd_fail(failure, VD_CONFIG, "%s: words: %s: has no text in \"%s\"; add one", path, key, languages[i]);
    }
  }
  return VD_OK;
}

enum vd_error vd_words_read(const char *path, const char *const languages[], struct vd_words **words,
                            struct vd_failure *failure) {
  struct vd_bytes file;
  json_error_t reason;
  *words = NULL;
  enum vd_error error = vd_file_read(path, VD_WORDS_FILE_MAX, &file, failure);
  if (error != VD_OK) return error;
  struct vd_words *made = calloc(1, sizeof *made);
  if (made == NULL) {
    error = vd_fail(failure, VD_MEMORY, "no memory to read %s", path);
    goto done;
  }
  made->root = json_loadb((const char *)file.data, file.len, JSON_REJECT_DUPLICATES, &reason);
  if (made->root == NULL) {
    error = vd_fail(failure, VD_CONFIG, "%s:%d: %s", path, reason.line, reason.text);
    goto done;
  }
  made->codes = json_object_get(made->root, "codes");
  made->texts = json_object_get(made->root, "words");
  error = check_codes(made, path, failure);
  if (error == VD_OK) error = check_texts(made, path, languages, failure);
done:
  vd_bytes_free(&file);
  if (error == VD_OK) *words = made;
  else vd_words_free(made);
  return error;
}

void vd_words_free(struct vd_words *words) {
  if (words == NULL) return;
  json_decref(words->root);
  free(words);
}

const char *vd_words_text(const struct vd_words *words, const char *key, const char *language) {
  return json_string_value(json_object_get(json_object_get(words->texts, key), language));
}

const char *vd_words_group(const struct vd_words *words, const char *code_name) {
  return json_string_value(json_object_get(words->codes, code_name));
}

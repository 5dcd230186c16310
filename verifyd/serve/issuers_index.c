#include "serve/issuers_index.h"

#include <stdlib.h>
#include <string.h>

#include "serve/issuers_fold.h"

/* ---- making ---- */

static size_t texts_size(const struct vd_issuers *issuers) {
  size_t size = 0;
  for (size_t i = 0; i < issuers->count; i++) {
    const struct frag_trust_key *key = issuers->keys[i];
    size += key->issuer.len + 1;
    for (size_t n = 0; n < key->name_count; n++) size += key->names[n].name.len + 1;
  }
  return size;
}

/* A newline is in no name and no text that is looked for, so nothing is found across two of them. */
static void add_text(struct vd_issuers_index *index, struct vd_issuers_entry *entry, struct frag_slice text) {
  char *at = index->texts + entry->text + entry->text_len;
  size_t len = vd_issuers_fold(at, (const char *)text.data, text.len);
  at[len] = '\n';
  entry->text_len += len + 1;
}

static bool is_same_name(const struct frag_issuer_name *one, const struct frag_issuer_name *other) {
  return one->name.len == other->name.len && memcmp(one->name.data, other->name.data, one->name.len) == 0;
}

/* The names of older keys too: that is what an old document says. Most keys have those of the key before. */
static void add_names(struct vd_issuers_index *index, struct vd_issuers_entry *entry, const struct frag_trust_key *key,
                      const struct frag_trust_key *before) {
  for (size_t n = 0; n < key->name_count; n++)
    if (before == NULL || n >= before->name_count || !is_same_name(&key->names[n], &before->names[n]))
      add_text(index, entry, key->names[n].name);
}

static void add_issuer(struct vd_issuers_index *index, size_t first, size_t key_count, size_t text) {
  struct vd_issuers_entry *entry = &index->entries[index->count++];
  const struct frag_trust_key *const *keys = index->issuers.keys + first;
  *entry = (struct vd_issuers_entry){.first = first, .text = text};
  add_text(index, entry, keys[0]->issuer);
  for (size_t i = 0; i < key_count; i++) add_names(index, entry, keys[i], i == 0 ? NULL : keys[i - 1]);
}

enum vd_error vd_issuers_index_make(struct vd_issuers issuers, struct vd_issuers_index *index,
                                    struct vd_failure *failure) {
  *index = (struct vd_issuers_index){.issuers = issuers};
  index->entries = calloc(issuers.count + 1, sizeof *index->entries);
  index->texts = malloc(texts_size(&issuers) + 1);
  if (index->entries == NULL || index->texts == NULL) {
    vd_issuers_index_free(index);
    return vd_fail(failure, VD_MEMORY, "no memory to list the issuers");
  }
  for (size_t first = 0, key_count, text = 0; first < index->issuers.count; first += key_count) {
    key_count = vd_issuers_keys_of_one(&index->issuers, first);
    add_issuer(index, first, key_count, text);
    text += index->entries[index->count - 1].text_len;
  }
  return VD_OK;
}

void vd_issuers_index_free(struct vd_issuers_index *index) {
  free(index->entries);
  free(index->texts);
  *index = (struct vd_issuers_index){.count = 0};
}

/* ---- looking ---- */

enum { WORDS_MAX = 8 };

struct wanted {
  char text[VD_ISSUERS_TEXT_MAX]; /* folded */
  size_t text_len;
  size_t word_count;
  struct vd_span words[WORDS_MAX]; /* none is part of another */
  struct vd_span issuer;
};

static bool is_within(struct vd_span word, struct vd_span text) {
  return memmem(text.text, text.len, word.text, word.len) != NULL;
}

/* Where there are too many the longest stay: they tell most. */
static void add_word(struct wanted *wanted, struct vd_span word) {
  size_t kept = 0, shortest = 0;
  for (size_t i = 0; i < wanted->word_count; i++)
    if (is_within(word, wanted->words[i])) return;
  for (size_t i = 0; i < wanted->word_count; i++)
    if (!is_within(wanted->words[i], word)) wanted->words[kept++] = wanted->words[i];
  wanted->word_count = kept;
  if (kept < WORDS_MAX) {
    wanted->words[wanted->word_count++] = word;
    return;
  }
  for (size_t i = 1; i < kept; i++)
    if (wanted->words[i].len < wanted->words[shortest].len) shortest = i;
  if (wanted->words[shortest].len < word.len) wanted->words[shortest] = word;
}

static void begin_wanted(struct wanted *wanted, const struct vd_issuers_query *query) {
  wanted->text_len = vd_issuers_fold(wanted->text, query->text, strlen(query->text));
  wanted->issuer = (struct vd_span){query->issuer, strlen(query->issuer)};
  wanted->word_count = 0;
  for (size_t at = 0, begin; at < wanted->text_len;) {
    while (at < wanted->text_len && wanted->text[at] == ' ') at++;
    begin = at;
    while (at < wanted->text_len && wanted->text[at] != ' ') at++;
    if (at > begin) add_word(wanted, (struct vd_span){wanted->text + begin, at - begin});
  }
}

/* Every word, wherever it stands: in a name of one language or another, or in the id. */
static bool has_words(struct vd_span text, const struct wanted *wanted) {
  for (size_t i = 0; i < wanted->word_count; i++)
    if (!is_within(wanted->words[i], text)) return false;
  return true;
}

static bool is_wanted(const struct vd_issuers_index *index, size_t i, const struct wanted *wanted) {
  const struct vd_issuers_entry *entry = &index->entries[i];
  struct frag_slice id = index->issuers.keys[entry->first]->issuer;
  if (wanted->issuer.len > 0 && !vd_span_equal(wanted->issuer, (struct vd_span){(const char *)id.data, id.len}))
    return false;
  return has_words((struct vd_span){index->texts + entry->text, entry->text_len}, wanted);
}

/* firsts goes round while the page has not begun, so that it has the positions of the page before when it does. */
void vd_issuers_index_select(const struct vd_issuers_index *index, const uint8_t hash[static 32],
                             const struct vd_issuers_query *query, size_t firsts[static VD_ISSUERS_LIMIT_MAX],
                             struct vd_issuers_page *page) {
  struct wanted wanted;
  *page = (struct vd_issuers_page){.issuers = &index->issuers, .firsts = firsts};
  begin_wanted(&wanted, query);
  for (size_t i = 0; i < index->count; i++) {
    if (!is_wanted(index, i, &wanted)) continue;
    page->total++;
    if (i < query->position) {
      firsts[page->before++ % query->limit] = i;
      continue;
    }
    if (page->count == 0 && page->before > 0)
      vd_issuers_cursor_write(page->previous, hash,
                              page->before <= query->limit ? 0 : firsts[page->before % query->limit]);
    if (page->count < query->limit) firsts[page->count++] = index->entries[i].first;
    else if (page->next[0] == '\0') vd_issuers_cursor_write(page->next, hash, i);
  }
}

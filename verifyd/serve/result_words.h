/* result_words.h: which words the result view needs, so that one that is missing is told when the service starts and
 * not shown to somebody as a hole. Pure; any thread. */
#ifndef VD_SERVE_RESULT_WORDS_H
#define VD_SERVE_RESULT_WORDS_H

#include <stdbool.h>

#include "json/words.h"

#define VD_RESULT_WORD_SIZE 96 /* bytes of a key, with its NUL */

/* Whether words.json has every key that the view may ask for. Out: missing, the first that it has not. */
bool vd_result_words_complete(const struct vd_words *words, char missing[static VD_RESULT_WORD_SIZE]);

#endif

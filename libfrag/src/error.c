#include <frag/error.h>

frag_verdict frag_error_verdict(frag_error error) {
  switch (error) {
#define FRAG_VERDICT_CASE(id, code, verdict, name, meaning) \
  case id: return verdict;
    FRAG_VERDICT_CODE_LIST(FRAG_VERDICT_CASE)
#undef FRAG_VERDICT_CASE
#define FRAG_LIBRARY_CASE(id, code, name, meaning) case id:
    FRAG_LIBRARY_ERROR_LIST(FRAG_LIBRARY_CASE)
#undef FRAG_LIBRARY_CASE
    break;
  }
  return FRAG_INCONCLUSIVE;
}

frag_group frag_error_group(frag_error error) {
  switch (error) {
#define FRAG_VERDICT_CASE(id, code, verdict, name, meaning) case id:
    FRAG_VERDICT_CODE_LIST(FRAG_VERDICT_CASE)
#undef FRAG_VERDICT_CASE
    return FRAG_GROUP_VERDICT;
#define FRAG_LIBRARY_CASE(id, code, name, meaning) \
  case id: return (frag_group)((code) / 100 * 100);
    FRAG_LIBRARY_ERROR_LIST(FRAG_LIBRARY_CASE)
#undef FRAG_LIBRARY_CASE
  }
  return FRAG_GROUP_INTERNAL;
}

const char *frag_error_name(frag_error error) {
  switch (error) {
#define FRAG_VERDICT_NAME(id, code, verdict, name, meaning) \
  case id: return name;
    FRAG_VERDICT_CODE_LIST(FRAG_VERDICT_NAME)
#undef FRAG_VERDICT_NAME
#define FRAG_LIBRARY_NAME(id, code, name, meaning) \
  case id: return name;
    FRAG_LIBRARY_ERROR_LIST(FRAG_LIBRARY_NAME)
#undef FRAG_LIBRARY_NAME
  }
  return "UNKNOWN";
}

const char *frag_error_meaning(frag_error error) {
  switch (error) {
#define FRAG_VERDICT_MEANING(id, code, verdict, name, meaning) \
  case id: return meaning;
    FRAG_VERDICT_CODE_LIST(FRAG_VERDICT_MEANING)
#undef FRAG_VERDICT_MEANING
#define FRAG_LIBRARY_MEANING(id, code, name, meaning) \
  case id: return meaning;
    FRAG_LIBRARY_ERROR_LIST(FRAG_LIBRARY_MEANING)
#undef FRAG_LIBRARY_MEANING
  }
  return "an unknown error";
}

const char *frag_verdict_name(frag_verdict verdict) {
  switch (verdict) {
    case FRAG_VALID: return "VALID";
    case FRAG_NOT_VALID: return "NOT_VALID";
    case FRAG_INCONCLUSIVE: break;
  }
  return "INCONCLUSIVE";
}

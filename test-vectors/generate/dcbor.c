#include <string.h>

#include "bytes.h"
#include "draft.h"
#include "generate.h"

struct writer {
  struct suite suite;
  struct realm *realm;
  struct draft draft; /* spoiled by a caller, judged and reset by `refused` or `accepted` */
};

static void accepted(struct writer *writer, const char *comment) {
  struct frag_document document;
  struct raw bytes = draft_bytes(&writer->draft);
  uint8_t again[8192];
  size_t len = 0;
  suite_require(frag_document_decode(writer->realm->context, &document, bytes.bytes, bytes.len) == FRAG_OK, comment);
  suite_require(frag_document_encode(writer->realm->context, again, sizeof again, &len, &document) == FRAG_OK &&
                    len == bytes.len && memcmp(again, bytes.bytes, len) == 0, comment);
  suite_valid(&writer->suite, comment, json_pack("{s:o, s:o}", "cbor", json_hex(bytes.bytes, bytes.len), "document",
                                                 json_document(&document)));
  draft_begin(&writer->draft, writer->realm);
}

static void refused_bytes(struct writer *writer, const char *flag, const char *comment, struct raw bytes) {
  struct frag_document document;
  suite_require(frag_document_decode(writer->realm->context, &document, bytes.bytes, bytes.len) != FRAG_OK, comment);
  suite_invalid(&writer->suite, flag, comment, json_pack("{s:o}", "cbor", json_hex(bytes.bytes, bytes.len)));
}

static void refused(struct writer *writer, const char *flag, const char *comment) {
  refused_bytes(writer, flag, comment, draft_bytes(&writer->draft));
  draft_begin(&writer->draft, writer->realm);
}

static void with_value(struct writer *writer, const char *flag, const char *comment, size_t at, struct raw value) {
  writer->draft.values[at] = value;
  if (flag == NULL) accepted(writer, comment);
  else refused(writer, flag, comment);
}

static struct raw of(const char *bytes, size_t len) { return raw_bytes(bytes, len); }

#define RAW(literal) of(literal, sizeof(literal) - 1)

static void encodings(struct writer *w) {
  with_value(w, "ShortestForm", "issue number 1 in two bytes", AT_ISSUE_NO, RAW("\x18\x01"));
  with_value(w, "ShortestForm", "issue number 23 in two bytes", AT_ISSUE_NO, RAW("\x18\x17"));
  with_value(w, "ShortestForm", "issue number 255 in three bytes", AT_ISSUE_NO, RAW("\x19\x00\xff"));
  with_value(w, "ShortestForm", "issue number 65535 in five bytes", AT_ISSUE_NO, RAW("\x1a\x00\x00\xff\xff"));
  with_value(w, "ShortestForm", "issue number 2^32-1 in nine bytes", AT_ISSUE_NO,
             RAW("\x1b\x00\x00\x00\x00\xff\xff\xff\xff"));
  with_value(w, "ShortestForm", "a text's length in two bytes", AT_SERIAL, RAW("\x78\x01" "A"));
  with_value(w, "DefiniteLength", "an indefinite text", AT_SERIAL, RAW("\x7f\x61" "A\xff"));
  with_value(w, "DefiniteLength", "an indefinite byte string", AT_RID,
             RAW("\x5f\x50" "0123456789abcdef\xff"));
  with_value(w, "DefiniteLength", "an indefinite array", AT_ATTRIBUTES, RAW("\x9f\x82\x61" "a\x61" "b\xff"));
  w->draft.head = RAW("\xbf");
  w->draft.tail = RAW("\xff");
  refused(w, "DefiniteLength", "an indefinite map");
  with_value(w, "Tag", "a tagged time", AT_ISSUED, RAW("\xc1\x1a\x69\x2c\xd3\x80"));
  with_value(w, "Tag", "a bignum", AT_ISSUE_NO, RAW("\xc2\x41\x01"));
  with_value(w, "Tag", "a tagged text", AT_SERIAL, RAW("\xd8\x20\x61" "A"));
  with_value(w, "SimpleOrFloat", "null", AT_SERIAL, RAW("\xf6"));
  with_value(w, "SimpleOrFloat", "true", AT_ISSUE_NO, RAW("\xf5"));
  with_value(w, "SimpleOrFloat", "a half-precision 1.0", AT_ISSUE_NO, RAW("\xf9\x3c\x00"));
  with_value(w, "SimpleOrFloat", "a double", AT_ISSUED, RAW("\xfb\x41\xda\x4b\x34\xe0\x00\x00\x00"));
  with_value(w, "WrongType", "a negative issue number", AT_ISSUE_NO, RAW("\x20"));
  with_value(w, "WrongType", "the serial as a byte string", AT_SERIAL, RAW("\x41" "A"));
  with_value(w, "WrongType", "the rid as a text", AT_RID, RAW("\x70" "0123456789abcdef"));
  with_value(w, "WrongType", "attributes as a map", AT_ATTRIBUTES, RAW("\xa1\x61" "a\x61" "b"));
  w->draft.head = RAW("\x88");
  refused(w, "WrongType", "the document as an array");
  with_value(w, "ReservedInfo", "additional information 28", AT_ISSUE_NO, RAW("\x1c"));
  with_value(w, "ReservedInfo", "additional information 29", AT_ISSUE_NO, RAW("\x1d"));
  with_value(w, "ReservedInfo", "additional information 30 in a text", AT_SERIAL, RAW("\x7e"));
  with_value(w, "Truncated", "a text longer than what is left", AT_ATTRIBUTES, RAW("\x81\x82\x61" "a\x78\xff" "b"));
  with_value(w, "Truncated", "a text of 2^64-1 bytes", AT_ATTRIBUTES,
             RAW("\x81\x82\x61" "a\x7b\xff\xff\xff\xff\xff\xff\xff\xff"));
  with_value(w, "Truncated", "an array of 2^32 pairs", AT_ATTRIBUTES, RAW("\x9b\x00\x00\x00\x01\x00\x00\x00\x00"));
}

static void lengths(struct writer *w) {
  struct raw whole = draft_bytes(&w->draft), cut;
  static const size_t cuts[] = {0, 1, 2, 20, 60};
  for (size_t i = 0; i < FRAG_COUNT(cuts); i++) {
    cut = whole;
    cut.len = cuts[i];
    refused_bytes(w, "Truncated", "the document ends too early", cut);
  }
  cut = whole;
  cut.len--;
  refused_bytes(w, "Truncated", "the last byte is missing", cut);
  w->draft.tail = RAW("\x00");
  refused(w, "Trailing", "a zero byte follows");
  w->draft.tail = RAW("\xf6");
  refused(w, "Trailing", "a null follows");
  w->draft.tail = draft_bytes(&w->draft);
  refused(w, "Trailing", "the document stands twice");
}

static void keys(struct writer *w) {
  static const char *const missing[] = {"issuer", "kid", "type", "serial", "issue_no", "issued", "rid", "attributes"};
  for (size_t at = AT_ISSUER; at <= AT_ATTRIBUTES; at++) {
    char comment[64];
    (void)snprintf(comment, sizeof comment, "the field %s is missing", missing[at]);
    draft_remove(&w->draft, at);
    refused(w, "MissingKey", comment);
  }
  draft_insert(&w->draft, 0, raw_uint(0), raw_uint(1));
  refused(w, "UnknownKey", "key 0");
  draft_insert(&w->draft, 8, raw_uint(11), raw_uint(1));
  refused(w, "UnknownKey", "key 11");
  draft_insert(&w->draft, 8, raw_text("a"), raw_uint(1));
  refused(w, "UnknownKey", "a text key");
  draft_insert(&w->draft, 0, RAW("\x20"), raw_uint(1));
  refused(w, "UnknownKey", "a negative key");
  draft_insert(&w->draft, 1, raw_uint(1), w->draft.values[AT_ISSUER]);
  refused(w, "DuplicateKey", "the issuer twice");
  draft_insert(&w->draft, AT_ISSUED, raw_uint(6), raw_uint(5));
  refused(w, "DuplicateKey", "issued twice, with different values");
  draft_insert(&w->draft, 8, raw_uint(9), w->draft.values[AT_ATTRIBUTES]);
  refused(w, "DuplicateKey", "attributes twice");
  draft_insert(&w->draft, 8, raw_uint(7), raw_uint(1900000000));
  refused(w, "KeyOrder", "expires after attributes");
  w->draft.keys[0] = raw_uint(2);
  w->draft.keys[1] = raw_uint(1);
  refused(w, "KeyOrder", "the keys of issuer and kid exchanged");
  struct raw value = w->draft.values[AT_ISSUER];
  w->draft.values[AT_ISSUER] = w->draft.values[AT_KID];
  w->draft.values[AT_KID] = value;
  w->draft.keys[0] = raw_uint(2);
  w->draft.keys[1] = raw_uint(1);
  refused(w, "KeyOrder", "kid stands before issuer");
  w->draft.keys[0] = RAW("\x18\x01");
  refused(w, "ShortestForm", "a map key in two bytes");
  w->draft.head = RAW("\xa9");
  refused(w, "Truncated", "the map promises one more pair");
  w->draft.head = RAW("\xa7");
  refused(w, "Trailing", "the map promises one pair less");
}

static void texts(struct writer *w) {
  static const struct { const char *flag, *comment, *text; } bad[] = {
      {"Utf8", "a lone continuation byte", "\x80"},
      {"Utf8", "an overlong slash", "\xc0\xaf"},
      {"Utf8", "a surrogate", "\xed\xa0\x80"},
      {"Utf8", "above U+10FFFF", "\xf4\x90\x80\x80"},
      {"Utf8", "a cut character", "A\xe1\x9e"},
      {"Nfc", "a decomposed e acute", "e\xcc\x81"},
      {"Nfc", "the Angstrom sign", "\xe2\x84\xab"},
      {"Nfc", "combining marks in the wrong order", "a\xcc\x81\xcc\xa3"},
      {"Nfc", "decomposed Hangul", "\xe1\x84\x80\xe1\x85\xa1"},
      {"ControlCharacter", "a line feed", "a\nb"},
      {"ControlCharacter", "a tab", "a\tb"},
      {"ControlCharacter", "delete", "a\x7f"},
      {"ControlCharacter", "next line, U+0085", "a\xc2\x85"},
      {"BidiOverride", "U+202E", "a\xe2\x80\xae" "b"},
      {"BidiOverride", "U+202A", "\xe2\x80\xaa" "b"},
      {"BidiOverride", "U+2066", "\xe2\x81\xa6" "b"},
      {"BidiOverride", "U+2069", "b\xe2\x81\xa9"}};
  for (size_t i = 0; i < FRAG_COUNT(bad); i++) {
    with_value(w, bad[i].flag, bad[i].comment, AT_SERIAL, raw_text(bad[i].text));
    struct raw attributes = RAW("\x81\x82\x61" "a");
    raw_append(&attributes, raw_text(bad[i].text));
    with_value(w, bad[i].flag, bad[i].comment, AT_ATTRIBUTES, attributes);
  }
  with_value(w, "ControlCharacter", "a zero byte", AT_SERIAL, raw_text_of("a\0b", 3));
}

static void names(struct writer *w) {
  with_value(w, "IssuerName", "empty", AT_ISSUER, raw_text(""));
  with_value(w, "IssuerName", "65 bytes", AT_ISSUER, raw_repeat('a', 65));
  with_value(w, "IssuerName", "upper case", AT_ISSUER, raw_text("Rupp.edu.kh"));
  with_value(w, "IssuerName", "a slash", AT_ISSUER, raw_text("rupp/edu"));
  with_value(w, "IssuerName", "not ASCII", AT_ISSUER, raw_text("រ"));
  with_value(w, "TypeName", "empty", AT_TYPE, raw_text(""));
  with_value(w, "TypeName", "65 bytes", AT_TYPE, raw_repeat('a', 65));
  with_value(w, "TypeName", "an underscore", AT_TYPE, raw_text("degree_bachelor"));
  with_value(w, "Serial", "empty", AT_SERIAL, raw_text(""));
  with_value(w, "Serial", "65 bytes", AT_SERIAL, raw_repeat('9', 65));
  with_value(w, "Serial", "66 bytes of Khmer", AT_SERIAL,
             raw_text("កកកកកកកកកកកកកកកកកកកកកក"));
  with_value(w, "Kid", "7 bytes", AT_KID, raw_string("1234567", 7));
  with_value(w, "Kid", "9 bytes", AT_KID, raw_string("123456789", 9));
  with_value(w, "Kid", "empty", AT_KID, raw_string("", 0));
  with_value(w, "RidLength", "15 bytes", AT_RID, raw_string("123456789012345", 15));
  with_value(w, "RidLength", "17 bytes", AT_RID, raw_string("12345678901234567", 17));
  with_value(w, "RidLength", "empty", AT_RID, raw_string("", 0));
}

static void numbers(struct writer *w) {
  with_value(w, "IssueNumber", "0", AT_ISSUE_NO, raw_uint(0));
  with_value(w, "IssueNumber", "a text", AT_ISSUE_NO, raw_text("1"));
  with_value(w, "IssueNumber", "-1", AT_ISSUE_NO, RAW("\x20"));
  static const uint64_t early[] = {1764547200, 1764547199, 0};
  for (size_t i = 0; i < FRAG_COUNT(early); i++) {
    draft_insert(&w->draft, AT_RID, raw_uint(7), raw_uint(early[i]));
    refused(w, "Expires", "not after issued");
  }
}

static struct raw attribute_list(size_t count, struct raw name, struct raw value) {
  struct raw list = raw_array(count);
  for (size_t i = 0; i < count; i++) {
    char unique[24];
    (void)snprintf(unique, sizeof unique, "n%zu", i);
    raw_append(&list, raw_array(2));
    raw_append(&list, count == 1 ? name : raw_text(unique));
    raw_append(&list, value);
  }
  return list;
}

static void attributes(struct writer *w) {
  struct raw a = raw_text("a"), b = raw_text("b");
  with_value(w, "AttributeCount", "none", AT_ATTRIBUTES, raw_array(0));
  with_value(w, "AttributeCount", "65", AT_ATTRIBUTES, attribute_list(65, a, b));
  with_value(w, "AttributeCount", "100", AT_ATTRIBUTES, attribute_list(100, a, b));
  with_value(w, "AttributeName", "empty", AT_ATTRIBUTES, attribute_list(1, raw_text(""), b));
  with_value(w, "AttributeName", "65 bytes", AT_ATTRIBUTES, attribute_list(1, raw_repeat('a', 65), b));
  with_value(w, "AttributeName", "a byte string", AT_ATTRIBUTES, attribute_list(1, raw_string("a", 1), b));
  with_value(w, "AttributePair", "a value that is a number", AT_ATTRIBUTES, attribute_list(1, a, raw_uint(7)));
  with_value(w, "AttributePair", "one item only", AT_ATTRIBUTES, RAW("\x81\x81\x61" "a"));
  with_value(w, "AttributePair", "three items", AT_ATTRIBUTES, RAW("\x81\x83\x61" "a\x61" "b\x61" "c"));
  with_value(w, "AttributePair", "a text in place of a pair", AT_ATTRIBUTES, RAW("\x81\x61" "a"));
  with_value(w, "DuplicateAttribute", "the same name twice", AT_ATTRIBUTES,
             RAW("\x82\x82\x61" "a\x61" "b\x82\x61" "a\x61" "b"));
  with_value(w, "DuplicateAttribute", "the same name with another value", AT_ATTRIBUTES,
             RAW("\x82\x82\x61" "a\x61" "b\x82\x61" "a\x61" "c"));
  with_value(w, "DuplicateAttribute", "first and last of three", AT_ATTRIBUTES,
             RAW("\x83\x82\x61" "a\x61" "b\x82\x61" "x\x61" "c\x82\x61" "a\x60"));
}

static struct raw seal(uint64_t length, uint64_t begin, uint64_t end, size_t hash_len) {
  uint8_t hash[64] = {1};
  struct raw list = raw_array(4);
  raw_append(&list, raw_uint(length));
  raw_append(&list, raw_uint(begin));
  raw_append(&list, raw_uint(end));
  raw_append(&list, raw_string(hash, hash_len));
  return list;
}

static void file_seals(struct writer *w) {
  const struct { const char *flag, *comment; struct raw value; } seals[] = {
      {NULL, "a sealed file", seal(100000, 40000, 52000, 32)},
      {NULL, "nothing excluded", seal(100000, 0, 0, 32)},
      {"FileSeal", "the excluded range ends before it begins", seal(100, 50, 49, 32)},
      {"FileSeal", "the excluded range ends after the file", seal(100, 50, 101, 32)},
      {"FileSeal", "a hash of 31 bytes", seal(100, 50, 60, 31)},
      {"FileSeal", "a hash of 33 bytes", seal(100, 50, 60, 33)},
      {"FileSeal", "three items", RAW("\x83\x01\x00\x00")}};
  for (size_t i = 0; i < FRAG_COUNT(seals); i++) {
    draft_insert(&w->draft, 8, raw_uint(10), seals[i].value);
    if (seals[i].flag == NULL) accepted(w, seals[i].comment);
    else refused(w, seals[i].flag, seals[i].comment);
  }
}

static void good_ones(struct writer *w) {
  accepted(w, "the document of the known answer");
  with_value(w, NULL, "greatest issue number", AT_ISSUE_NO, raw_uint(UINT64_MAX));
  static const uint64_t widths[] = {23, 24, 255, 256, 65535, 65536, UINT32_MAX, (uint64_t)UINT32_MAX + 1};
  for (size_t i = 0; i < FRAG_COUNT(widths); i++)
    with_value(w, NULL, "an integer at the edge of a width", AT_ISSUE_NO, raw_uint(widths[i]));
  with_value(w, NULL, "issuer of 64 bytes", AT_ISSUER, raw_repeat('a', 64));
  with_value(w, NULL, "type with every allowed kind of character", AT_TYPE, raw_text("az09.-/"));
  with_value(w, NULL, "serial of 64 bytes", AT_SERIAL, raw_repeat('9', 64));
  with_value(w, NULL, "serial of 63 bytes of Khmer", AT_SERIAL, raw_text("កកកកកកកកកកកកកកកកកកកកក"));
  with_value(w, NULL, "64 attributes", AT_ATTRIBUTES, attribute_list(64, raw_text("a"), raw_text("b")));
  with_value(w, NULL, "an empty value", AT_ATTRIBUTES, attribute_list(1, raw_text("a"), raw_text("")));
  with_value(w, NULL, "a value of 4,000 bytes", AT_ATTRIBUTES, attribute_list(1, raw_text("a"), raw_repeat('v', 4000)));
  with_value(w, NULL, "composed accents, joiners and astral characters", AT_ATTRIBUTES,
             attribute_list(1, raw_text("a"), raw_text("Takéo ក្\u200bខ \U0001F393 \u200f")));
  draft_insert(&w->draft, AT_RID, raw_uint(7), raw_uint(1764547201));
  accepted(w, "expires one second after issued");
}

void generate_dcbor(struct realm *realm, const char *folder) {
  static const char *const notes[][2] = {
      {"ShortestForm", "integers and lengths are in their shortest form"},
      {"DefiniteLength", "no indefinite lengths"},
      {"Tag", "no tags"},
      {"SimpleOrFloat", "no floats, no simple values"},
      {"WrongType", "every field has its type"},
      {"ReservedInfo", "additional information 28 to 30 is reserved"},
      {"Truncated", "nothing is missing at the end"},
      {"Trailing", "nothing follows the end"},
      {"MissingKey", "every required key is there"},
      {"UnknownKey", "no other keys"},
      {"DuplicateKey", "no key twice"},
      {"KeyOrder", "keys are sorted by their encoded bytes"},
      {"Utf8", "text is UTF-8"},
      {"Nfc", "text is in normalisation form C"},
      {"ControlCharacter", "no control characters"},
      {"BidiOverride", "no bidirectional overrides"},
      {"IssuerName", "issuer is 1..64 bytes of a-z 0-9 . -"},
      {"TypeName", "type is 1..64 bytes of a-z 0-9 . - /"},
      {"Serial", "serial is 1..64 bytes of text"},
      {"Kid", "kid is 8 bytes"},
      {"RidLength", "rid is 16 bytes"},
      {"IssueNumber", "issue_no is an unsigned integer from 1"},
      {"Expires", "expires is after issued"},
      {"AttributeCount", "1..64 attributes"},
      {"AttributeName", "an attribute name is 1..64 bytes of text"},
      {"AttributePair", "an attribute is an array of two texts"},
      {"DuplicateAttribute", "no attribute name twice"},
      {"FileSeal", "a file seal is [length, a, b, sha256] with a <= b <= length"}};
  static struct writer writer;
  writer.realm = realm;
  suite_begin(&writer.suite, "FRAG-1 document in deterministic CBOR",
              "Valid: decodes to `document`, which encodes to `cbor` again. Invalid: a strict reader refuses it.");
  for (size_t i = 0; i < FRAG_COUNT(notes); i++) suite_note(&writer.suite, notes[i][0], notes[i][1]);
  suite_group(&writer.suite, "Document", NULL);
  draft_begin(&writer.draft, realm);
  good_ones(&writer);
  encodings(&writer);
  lengths(&writer);
  keys(&writer);
  texts(&writer);
  names(&writer);
  numbers(&writer);
  attributes(&writer);
  file_seals(&writer);
  suite_end(&writer.suite, folder, "dcbor.json");
}

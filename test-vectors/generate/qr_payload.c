#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "generate.h"
#include "qr.h"

static struct suite suite;
static struct realm *realm;
static struct issued issued;

static void judge(const char *flag, const char *comment, const char *text, frag_error expected) {
  struct frag_qr qr;
  suite_require(frag_qr_decode(realm->context, &qr, text, strlen(text)) == expected, comment);
  json_t *fields = json_pack("{s:s}", "text", text);
  if (expected == FRAG_OK) {
    json_put(fields, "payload", json_hex(issued.payload, sizeof issued.payload));
    json_put(fields, "realm", json_integer(qr.realm));
    json_put(fields, "link", json_hex(qr.link, sizeof qr.link));
    json_put(fields, "head", json_hex(qr.head, sizeof qr.head));
    json_put(fields, "locator", json_hex(qr.locator, sizeof qr.locator));
  }
  suite_code(&suite, flag, comment, fields, expected);
}

static void prefixed(const char *flag, const char *comment, const char *prefix, const char *suffix,
                     frag_error expected) {
  char text[256];
  (void)snprintf(text, sizeof text, "%s%s%s", prefix, issued.text, suffix);
  judge(flag, comment, text, expected);
}

static void changed(const char *flag, const char *comment, size_t at, char c, frag_error expected) {
  char text[FRAG_QR_TEXT_LEN + 1];
  memcpy(text, issued.text, sizeof text);
  suite_require(text[at] != c, comment);
  text[at] = c;
  judge(flag, comment, text, expected);
}

static void payload_changed(const char *flag, const char *comment, size_t at, uint8_t bits, frag_error expected) {
  uint8_t payload[FRAG_PAYLOAD_LEN];
  char text[FRAG_QR_TEXT_LEN + 1];
  memcpy(payload, issued.payload, sizeof payload);
  payload[at] ^= bits;
  frag_qr_text(text, payload);
  judge(flag, comment, text, expected);
}

static void malformed(void) {
  char text[FRAG_QR_TEXT_LEN + 2];
  static const struct { const char *comment, *text; } foreign[] = {
      {"empty", ""}, {"another service's link", "https://example.org/check?id=123"}, {"a word", "HELLO"},
      {"a vaccination certificate's prefix", "HC1:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90$PC5$CUZCY$5Y$5JPCT3E5JDLA7"}};
  for (size_t i = 0; i < FRAG_COUNT(foreign); i++)
    judge("ForeignCode", foreign[i].comment, foreign[i].text, FRAG_QR_MALFORMED);
  memcpy(text, issued.text, sizeof issued.text);
  text[FRAG_QR_TEXT_LEN - 1] = '\0';
  judge("TextLength", "87 characters", text, FRAG_QR_MALFORMED);
  prefixed("TextLength", "89 characters", "", "A", FRAG_QR_MALFORMED);
  prefixed("TextLength", "a padding character", "", "=", FRAG_QR_MALFORMED);
  prefixed("TextLength", "a line feed follows", "", "\n", FRAG_QR_MALFORMED);
  prefixed("TextLength", "a query follows", "https://v.example.kh/#", "?a=b", FRAG_QR_MALFORMED);
  for (size_t i = 0; i < FRAG_QR_TEXT_LEN; i++) text[i] = (char)(issued.text[i] | (issued.text[i] >= 'A' ? 0x20 : 0));
  judge("Alphabet", "lower case", text, FRAG_QR_MALFORMED);
  changed("Alphabet", "one lower-case letter", 3, 'a', FRAG_QR_MALFORMED);
  changed("Alphabet", "the digit 0", 10, '0', FRAG_QR_MALFORMED);
  changed("Alphabet", "the digit 1", 20, '1', FRAG_QR_MALFORMED);
  changed("Alphabet", "the digit 8", 30, '8', FRAG_QR_MALFORMED);
  changed("Alphabet", "a space", 40, ' ', FRAG_QR_MALFORMED);
  changed("Alphabet", "a padding character in the last place", 87, '=', FRAG_QR_MALFORMED);
  prefixed("Separator", "a prefix without #", "https://v.example.kh/", "", FRAG_QR_MALFORMED);
  prefixed("Separator", "?key= in place of #", "https://v.example.kh/?key=", "", FRAG_QR_MALFORMED);
  prefixed("Separator", "a space", " ", "", FRAG_QR_MALFORMED);
  prefixed("Separator", "%22", "https://v.example.kh/%22", "", FRAG_QR_MALFORMED);
  payload_changed("Version", "version 0", 0, 0x01, FRAG_QR_MALFORMED);
  payload_changed("Version", "version 2", 0, 0x03, FRAG_QR_MALFORMED);
  payload_changed("Version", "version 255", 0, 0xfe, FRAG_QR_MALFORMED);
}

static void misread(void) {
  static const size_t places[] = {1, 2, 3, 34, 35, 50, 51, 52, 53, 54};
  for (size_t i = 0; i < FRAG_COUNT(places); i++) {
    char comment[64];
    (void)snprintf(comment, sizeof comment, "one bit of payload byte %zu", places[i]);
    payload_changed("Checksum", comment, places[i], 0x10, FRAG_QR_CHECKSUM);
  }
  changed("Checksum", "the last character", 87, issued.text[87] == 'A' ? 'B' : 'A', FRAG_QR_CHECKSUM);
}

void generate_qr_payload(struct realm *the_realm, const char *folder) {
  struct frag_document document;
  realm = the_realm;
  realm_document(realm, &document);
  realm_issue(realm, &issued, &document, 2, 3, 320);
  suite_begin(&suite, "FRAG-1 QR text and payload", "What a reader makes of the text of a QR code. code 0: decoded.");
  suite_note(&suite, "ForeignCode", "1: text that is not of this service");
  suite_note(&suite, "TextLength", "1: exactly 88 characters, at the end");
  suite_note(&suite, "Alphabet", "1: upper-case base32 without padding");
  suite_note(&suite, "Separator", "1: a prefix ends in # or %23");
  suite_note(&suite, "Version", "1: version byte 01");
  suite_note(&suite, "Checksum", "2: chk is right");
  suite_group(&suite, "QrText", NULL);
  judge(NULL, "alone", issued.text, FRAG_OK);
  prefixed(NULL, "with a prefix", "https://v.example.kh/#", "", FRAG_OK);
  prefixed(NULL, "with %23 for #", "https://v.example.kh/%23", "", FRAG_OK);
  prefixed(NULL, "with # alone", "#", "", FRAG_OK);
  prefixed(NULL, "with two #", "https://v.example.kh/#a#", "", FRAG_OK);
  malformed();
  misread();
  suite_end(&suite, folder, "qr_payload.json");
}

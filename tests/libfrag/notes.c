#include "libfrag/notes.h"

#include <stdio.h>
#include <string.h>

const char notes_public[] =
    "arche2025h1.staging.ct.transparency.dev\n"
    "1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
    "\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEr"
    "oeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23o"
    "HP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden "
    "2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sE"
    "odkRAErumC2q44vdgJY096st5BQ==\n"
    "— witness1.smartit.nu/witness1 "
    "pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tg"
    "h0XwzdZsDsUAQ==\n"
    "— remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw"
    "==\n"
    "— witness.stagemole.eu "
    "Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/T"
    "mN9DAg==\n";
const char notes_public_log[] =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const char notes_public_witness[] = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

const char notes_go[] =
    "log.example/ledger\n"
    "7\n"
    "mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n"
    "\n"
    "— log.example/ledger "
    "4uhj881oVfb0xUrV+2b2c8i1DPfYk0kEitgDR0PHWh0AaCUK/SNjNFuVG0qw5bAeUXGhkU3DNqtVzx7iYyrKnq84ugw=\n"
    "— log.example/ledger "
    "cANphAAAAABpLNrkqMV5cTYynyHe6oLLlpf2LSycIOV+raxRsXezd70Sx/yo2JA4+4o96NALvNukAaqqk//ibjW6V2Ycm5YODm9S"
    "Ag==\n";
const char notes_go_log[] = "log.example/ledger+e2e863f3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const char notes_go_seed[] = "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173";

struct frag_log_key notes_key(struct fixture *fixture, const char *vkey) {
  struct frag_log_key key;
  fixture_require(frag_log_key_parse(fixture->context, &key, vkey, strlen(vkey)) == FRAG_OK, "a verifier key");
  return key;
}

frag_error notes_decode(struct fixture *fixture, const char *note, struct frag_checkpoint *checkpoint) {
  return frag_checkpoint_decode(fixture->context, checkpoint, note, strlen(note));
}

frag_error notes_check(struct fixture *fixture, const char *note, const struct frag_log_key *key, uint64_t *time_s) {
  struct frag_checkpoint checkpoint;
  frag_error error = notes_decode(fixture, note, &checkpoint);
  return error == FRAG_OK ? frag_checkpoint_check(fixture->context, &checkpoint, key, time_s) : error;
}

frag_error notes_cosigned(struct fixture *fixture, const char *note, const struct frag_log_key *key, uint64_t *time_s) {
  struct frag_checkpoint checkpoint;
  frag_error error = notes_decode(fixture, note, &checkpoint);
  return error == FRAG_OK ? frag_checkpoint_cosigned(fixture->context, &checkpoint, key, time_s) : error;
}

const char *notes_join(const char *text, const char *a, const char *b, const char *c) {
  static char note[NOTES_ROOM];
  snprintf(note, sizeof note, "%s\n%s%s%s", text, a, b, c);
  return note;
}

void notes_cosign(struct fixture *fixture, const struct notes_parts *parts, char line[static NOTES_LINE_ROOM],
                  const char *note, const char *name, uint64_t time_s) {
  struct frag_checkpoint checkpoint;
  char out[FRAG_SIGNATURE_LINE_MAX];
  size_t len;
  fixture_require(notes_decode(fixture, note, &checkpoint) == FRAG_OK, "a note");
  fixture_require(frag_checkpoint_cosign(fixture->context, out, &len, &checkpoint, slice_of(name), parts->seed32,
                                         time_s) == FRAG_OK,
                  "cosigning");
  snprintf(line, NOTES_LINE_ROOM, "%.*s", (int)len, out);
}

static void take_lines(char *plain, char *cosignature, const char *note) {
  const char *first = strstr(note, "\n\n") + 2, *second = strchr(first, '\n') + 1;
  snprintf(plain, NOTES_LINE_ROOM, "%.*s", (int)(second - first), first);
  snprintf(cosignature, NOTES_LINE_ROOM, "%s", second);
}

struct notes_parts notes_parts(struct fixture *fixture) {
  struct notes_parts parts = {.key = notes_key(fixture, notes_go_log)};
  char other[FRAG_CHECKPOINT_MAX + 1];
  uint8_t root[32] = {1};
  size_t len;
  hex_decode(parts.seed32, 32, notes_go_seed);
  snprintf(parts.text, sizeof parts.text, "%.*s", (int)(strstr(notes_go, "\n\n") + 1 - notes_go), notes_go);
  take_lines(parts.plain, parts.cosignature, notes_go);
  notes_cosign(fixture, &parts, parts.later, notes_go, "log.example/ledger", NOTES_TIME_S + 60);
  fixture_require(frag_checkpoint_sign(fixture->context, other, &len, slice_of("log.example/ledger"), 7, root,
                                       parts.seed32, NOTES_TIME_S) == FRAG_OK,
                  "signing");
  other[len] = '\0';
  take_lines(parts.other_plain, parts.other_cosignature, other);
  return parts;
}

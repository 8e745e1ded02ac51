#include "endings.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

const char *status_name(int code) {
  static const char *const names[] = {
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
      "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
      "UNAUTHENTICATED"};
  return code >= 0 && code < (int)(sizeof names / sizeof names[0]) ? names[code] : "UNKNOWN";
}

enum Ending ending(int code) {
  switch (code) {
    case 0: return DONE;
    case 6: case 9: case 10: return REFUSED;
    case 7: case 16: return NOT_ALLOWED;
    case 5: return NOT_FOUND;
    case 3: case 11: return INVALID_INPUT;
    case 1: case 4: case 8: case 14: return UNAVAILABLE;
    default: return INTERNAL;
  }
}

enum Ending complain(const char *method, const Outcome *outcome) {
  fprintf(stderr, "%s: %s ", method, status_name(outcome->code));
  print_text(stderr, outcome->reason);
  fprintf(stderr, ": ");
  print_text(stderr, outcome->message);
  fputc('\n', stderr);
  return ending(outcome->code);
}

bool is_company(const char *name) {
  static const char digits[] = "0123456789abcdef";
  static const char *const parts[] = {"bureaus/", "/companies/"};
  for (int at = 0; at < 2; at += 1) {
    size_t length = strlen(parts[at]);
    if (strncmp(name, parts[at], length) != 0) return false;
    name += length;
    if (strspn(name, digits) != ID_DIGITS) return false;
    name += ID_DIGITS;
  }
  return *name == '\0';
}

bool is_server(const char *text) {
  static const char host[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_[]:";
  const char *colon = strrchr(text, ':');
  return colon != NULL && colon != text && colon[1] != '\0' &&
         strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
         strspn(text, host) == strlen(text);
}

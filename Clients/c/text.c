#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool read_secret(const char *path, char *out, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat about;
  if (file < 0 || fstat(file, &about) != 0) {
    fprintf(stderr, "%s cannot be read: %s\n", path, strerror(errno));
    if (file >= 0) close(file);
    return false;
  }
  const char *fault = NULL;
  size_t length = 0;
  if (!S_ISREG(about.st_mode)) {
    fault = "is no plain file";
  } else if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    fault = "may be read by others; chmod 600 it";
  } else {
    ssize_t count = 0;
    while (length < size && (count = read(file, out + length, size - length)) > 0) {
      length += (size_t)count;
    }
    if (count < 0) fault = "cannot be read";
  }
  close(file);
  if (fault == NULL) {
    while (length > 0 && length < size && (out[length - 1] == '\n' || out[length - 1] == '\r')) {
      length -= 1;
    }
    if (length == 0) fault = "is empty";
    if (length >= size) fault = "is too long for a token";
    for (size_t at = 0; fault == NULL && at < length; at += 1) {
      if (out[at] <= ' ' || out[at] > '~') fault = "holds more than one line of a token";
    }
  }
  if (fault != NULL) {
    fprintf(stderr, "%s %s\n", path, fault);
    return false;
  }
  out[length] = '\0';
  return true;
}

// How many bytes at `at` make one character that is not shown; 0 for what may be shown.
static size_t hidden(const unsigned char *at) {
  if (at[0] < 0x20 || at[0] == 0x7f) return 1;
  if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f) return 2;  // C1 controls
  if (at[0] == 0xd8 && at[1] == 0x9c) return 2;                   // U+061C
  if (at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x8b && at[2] <= 0x8f) return 3;
  if (at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) return 3;
  if (at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa0 && at[2] <= 0xaf) return 3;
  if (at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf) return 3;  // U+FEFF
  return 0;
}

void print_text(FILE *to, const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  while (*at != '\0') {
    size_t skip = hidden(at);
    fputc(skip > 0 ? '?' : *at, to);
    at += skip > 0 ? skip : 1;
  }
}

static int base64_value(char character) {
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *found = character == '\0' ? NULL : strchr(alphabet, character);
  return found == NULL ? -1 : (int)(found - alphabet);
}

long decode_base64(const char *text, unsigned char *out, size_t size) {
  size_t length = strlen(text), count = 0;
  while (length > 0 && text[length - 1] == '=') length -= 1;
  if (length % 4 == 1) return -1;
  unsigned int bits = 0, held = 0;
  for (size_t at = 0; at < length; at += 1) {
    int value = base64_value(text[at]);
    if (value < 0) return -1;
    bits = (bits << 6) | (unsigned int)value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (count == size) return -1;
    out[count] = (unsigned char)(bits >> held);
    bits &= (1u << held) - 1;
    count += 1;
  }
  return (long)count;
}

static int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

void decode_percent(char *text) {
  char *to = text;
  for (const char *from = text; *from != '\0'; from += 1) {
    int high = from[0] == '%' ? hex_value(from[1]) : -1;
    int low = high >= 0 ? hex_value(from[2]) : -1;
    if (low >= 0 && (high != 0 || low != 0)) {
      *to = (char)(high * 16 + low);
      from += 2;
    } else {
      *to = *from;
    }
    to += 1;
  }
  *to = '\0';
}

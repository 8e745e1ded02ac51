// Reading small files and showing text that came from elsewhere.
#ifndef BUREAU_TEXT_H
#define BUREAU_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Reads the one line of a secret's file into `out` (NUL-terminated, without the line's end).
// False, with the reason on standard error, if it cannot be read, is empty, does not fit, holds
// anything but visible ASCII, or may be read by others than its owner.
bool read_secret(const char *path, char *out, size_t size);

// Prints text from the server: control characters and the invisible ones that turn the direction
// of writing become '?', so that nothing can move the cursor or hide what stands there.
void print_text(FILE *to, const char *text);

// Decodes base64 with or without padding. The count of bytes, or -1 if it is none or too long.
long decode_base64(const char *text, unsigned char *out, size_t size);

// Undoes gRPC's percent-encoding of grpc-message in place.
void decode_percent(char *text);

#endif

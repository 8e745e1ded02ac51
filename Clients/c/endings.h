// How the programs end, and what they say of a call that was refused.
#ifndef BUREAU_ENDINGS_H
#define BUREAU_ENDINGS_H

#include <stdbool.h>

#include "grpc_call.h"

enum Ending {
  DONE = 0,
  SOME_FAILED = 1,
  USAGE = 2,
  REFUSED = 3,
  NOT_ALLOWED = 4,
  NOT_FOUND = 5,
  INVALID_INPUT = 6,
  UNAVAILABLE = 7,
  INTERNAL = 8
};

// Of a grpc-status.
enum Ending ending(int code);
const char *status_name(int code);

// Says on standard error why a call failed.
enum Ending complain(const char *method, const Outcome *outcome);

// bureaus/{32 hexadecimal digits}/companies/{32 hexadecimal digits}
enum { ID_DIGITS = 32 };
bool is_company(const char *name);

// HOST:PORT and nothing that would make another address of it, such as user@ or a path.
bool is_server(const char *text);

#endif

#ifndef C_BENCH_REFERENCE_H
#define C_BENCH_REFERENCE_H

#include <stdint.h>

// What the reference does: the rows of one durable command, in plain C, as fast as SQLite takes
// them: statements prepared once, 64 commands per commit, synchronous=FULL.
typedef struct {
  const char *path;       // a database whose tables exist and are filled
  int64_t first;          // number of the first command
  int64_t commands;       // how many
  int32_t batch;          // commands per commit
  int32_t companies;      // command i writes to company i % companies
  int32_t payments;       // and to its payment (i / companies) % payments
  int32_t body_bytes;     // size of a fact's body
  int32_t savepoints;     // 1: a savepoint per command, as group commit has
} reference_plan;

// Runs the plan. 0, or SQLite's error code.
int reference_run(const reference_plan *plan);

// The keys that both sides use: 16 bytes made of a kind and a number.
void reference_key(uint8_t out[16], uint64_t kind, uint64_t number);

#endif

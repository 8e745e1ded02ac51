#ifndef C_BENCH_REFERENCE_H
#define C_BENCH_REFERENCE_H

#include <stdint.h>

// Plain C SQLite that writes what the server has written: the commands that one database holds and
// another does not are read into memory, then written to the other in grouped transactions with
// synchronous=FULL, statements prepared once. The facts' hashes are computed anew.
typedef struct reference reference;

// Opens the database at `path`; its tables exist. Null without memory; errors show in the others.
reference *reference_open(const char *path);

// Reads the newer commands of the database at `source` into memory. 0, or SQLite's error code.
int reference_load(reference *r, const char *source);

// How many commands are loaded.
int64_t reference_count(const reference *r);

// Writes what is loaded, `batch` commands a commit. 0, SQLite's error code, or -1 if a hash is not
// the one that the server stored.
int reference_write(reference *r, int64_t batch);

// Closes the database and forgets everything.
void reference_close(reference *r);

// Writes every row of the database at `from` into the empty one at `to`, which has its tables, in
// commits of `batch` rows with synchronous=FULL; the facts' hashes are computed anew. `seconds`
// becomes what the writing took, without the reading. The number of rows, or SQLite's error code
// below zero.
int64_t reference_copy(const char *from, const char *to, int64_t batch, double *seconds);

// The first table whose rows differ between the two databases, "" where all are equal. `rows`
// becomes the number of rows of all tables. The text lives until the next call; null on failure.
const char *reference_difference(const char *path, const char *other, int64_t *rows);

#endif

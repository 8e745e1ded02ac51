#include "CBenchReference.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

// To follow the real command: change the SQL below and what `command` binds. The order and the
// bytes must be those of the Swift side, so that both write the same rows.
enum { LOCK, REQUEST, FACT, PAYMENT, COUNTER, HEAD, BEGIN, COMMIT, SAVEPOINT, RELEASE, STATEMENTS };

static const char *const sql[STATEMENTS] = {
    [LOCK] = "UPDATE stream SET seq = seq WHERE bureau = ? AND company = ? RETURNING seq, hash",
    [REQUEST] = "INSERT INTO request (bureau, company, id, digest, seq) VALUES (?, ?, ?, ?, ?)",
    [FACT] = "INSERT INTO fact (bureau, company, seq, at, actor, request, previous, body, hash) "
             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PAYMENT] = "UPDATE payment SET state = ?, version = ?, changed = ? "
                "WHERE bureau = ? AND company = ? AND id = ?",
    [COUNTER] = "INSERT INTO counter (bureau, company, state, n, total) VALUES (?, ?, ?, 1, ?) "
                "ON CONFLICT (bureau, company, state) "
                "DO UPDATE SET n = counter.n + 1, total = counter.total + excluded.total",
    [HEAD] = "UPDATE stream SET seq = ?, hash = ? WHERE bureau = ? AND company = ?",
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [SAVEPOINT] = "SAVEPOINT c",
    [RELEASE] = "RELEASE c",
};

void reference_key(uint8_t out[16], uint64_t kind, uint64_t number) {
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)(kind >> (56 - 8 * i));
  for (int i = 0; i < 8; i++) out[8 + i] = (uint8_t)(number >> (56 - 8 * i));
}

static void blob(sqlite3_stmt *s, int i, const void *bytes, int count) {
  sqlite3_bind_blob(s, i, bytes, count, SQLITE_STATIC);
}

static int finish(sqlite3_stmt *s) {
  int code = sqlite3_step(s);
  sqlite3_reset(s);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int command(const reference_plan *plan, sqlite3_stmt **s, uint64_t number, uint8_t *body) {
  uint8_t bureau[16], company[16], payment[16], request[16], actor[16], digest[32], hash[32], previous[32];
  uint64_t c = number % (uint64_t)plan->companies;
  uint64_t p = (number / (uint64_t)plan->companies) % (uint64_t)plan->payments;
  int64_t at = 1789000000000000 + (int64_t)number, seq;
  int code;
  reference_key(bureau, 0xB0, 1);
  reference_key(company, 0xC0, c);
  reference_key(payment, 0xD0 + c, p * 0x9E3779B97F4A7C15u);
  reference_key(request, number * 0x9E3779B97F4A7C15u, number);
  reference_key(actor, 0xA0, number % 7);
  memset(digest, (int)(number & 0xFF), 32);
  memset(hash, (int)(number & 0xFF), 32);
  memset(body, (int)(number & 0xFF), (size_t)plan->body_bytes);

  blob(s[LOCK], 1, bureau, 16);
  blob(s[LOCK], 2, company, 16);
  code = sqlite3_step(s[LOCK]);
  if (code != SQLITE_ROW) return code;
  seq = sqlite3_column_int64(s[LOCK], 0) + 1;
  memcpy(previous, sqlite3_column_blob(s[LOCK], 1), 32);
  if ((code = finish(s[LOCK]))) return code;

  blob(s[REQUEST], 1, bureau, 16);
  blob(s[REQUEST], 2, company, 16);
  blob(s[REQUEST], 3, request, 16);
  blob(s[REQUEST], 4, digest, 32);
  sqlite3_bind_int64(s[REQUEST], 5, seq);
  if ((code = finish(s[REQUEST]))) return code;

  blob(s[FACT], 1, bureau, 16);
  blob(s[FACT], 2, company, 16);
  sqlite3_bind_int64(s[FACT], 3, seq);
  sqlite3_bind_int64(s[FACT], 4, at);
  blob(s[FACT], 5, actor, 16);
  blob(s[FACT], 6, request, 16);
  blob(s[FACT], 7, previous, 32);
  blob(s[FACT], 8, body, plan->body_bytes);
  blob(s[FACT], 9, hash, 32);
  if ((code = finish(s[FACT]))) return code;

  sqlite3_bind_text(s[PAYMENT], 1, number & 1 ? "signed" : "approved", -1, SQLITE_STATIC);
  sqlite3_bind_int64(s[PAYMENT], 2, seq);
  sqlite3_bind_int64(s[PAYMENT], 3, at);
  blob(s[PAYMENT], 4, bureau, 16);
  blob(s[PAYMENT], 5, company, 16);
  blob(s[PAYMENT], 6, payment, 16);
  if ((code = finish(s[PAYMENT]))) return code;

  blob(s[COUNTER], 1, bureau, 16);
  blob(s[COUNTER], 2, company, 16);
  sqlite3_bind_text(s[COUNTER], 3, number & 1 ? "signed" : "approved", -1, SQLITE_STATIC);
  sqlite3_bind_int64(s[COUNTER], 4, (int64_t)(number % 1000));
  if ((code = finish(s[COUNTER]))) return code;

  sqlite3_bind_int64(s[HEAD], 1, seq);
  blob(s[HEAD], 2, hash, 32);
  blob(s[HEAD], 3, bureau, 16);
  blob(s[HEAD], 4, company, 16);
  return finish(s[HEAD]);
}

// The same settings as the server's writer.
static const char settings[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    "PRAGMA secure_delete=OFF; PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000;"
    "PRAGMA wal_autocheckpoint=16000; PRAGMA cache_size=-65536;";

static int run(const reference_plan *plan, sqlite3 *db, sqlite3_stmt **s, uint8_t *body) {
  int code = sqlite3_exec(db, settings, 0, 0, 0);
  for (int i = 0; i < STATEMENTS && !code; i++)
    code = sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s[i], 0);
  int64_t done = 0;
  while (!code && done < plan->commands) {
    code = finish(s[BEGIN]);
    for (int i = 0; i < plan->batch && done < plan->commands && !code; i++, done++) {
      if (plan->savepoints) code = finish(s[SAVEPOINT]);
      if (!code) code = command(plan, s, (uint64_t)(plan->first + done), body);
      if (!code && plan->savepoints) code = finish(s[RELEASE]);
    }
    if (!code) code = finish(s[COMMIT]);
  }
  return code;
}

int reference_run(const reference_plan *plan) {
  sqlite3 *db = 0;
  sqlite3_stmt *s[STATEMENTS] = {0};
  uint8_t *body = malloc((size_t)plan->body_bytes);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = body ? sqlite3_open_v2(plan->path, &db, flags, 0) : SQLITE_NOMEM;
  if (!code) code = run(plan, db, s, body);
  for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(s[i]);
  sqlite3_close_v2(db);
  free(body);
  return code;
}

// The C side of `durable_command`. It gets the bytes of the rows for nothing and pays for what a
// program in C would pay: the hashes, the statements, the commits.

#define OPENSSL_SUPPRESS_DEPRECATED
#include "CBenchReference.h"

#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS = 48, FACTS = 2 };
enum { HEAD, FACT, INVOICE, PAYMENT, EVENT, QUEUE, MOVE, REQUEST, BLOB, BEGIN, COMMIT, STATEMENTS };

// In the order of the columns that `loads` selects.
static const char *const sql[STATEMENTS] = {
    [HEAD] = "SELECT seq, hash FROM stream WHERE bureau = ? AND company = ?",
    [FACT] = "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)",
    [INVOICE] = "INSERT INTO invoice VALUES (?, ?, ?, ?, ?, ?, ?)",
    [PAYMENT] = "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [EVENT] = "INSERT INTO payment_event VALUES (?, ?, ?, ?)",
    // The board's count of the state that the payment begins in.
    [QUEUE] = "INSERT INTO payment_queue VALUES (?1, ?2, ?3 = 'proposalIncomplete', "
              "?3 = 'proposalComplete', ?3 = 'proposalOpenItems', 0, 0, 0, 0, 0, 0, 0) "
              "ON CONFLICT DO UPDATE SET "
              "proposal_incomplete = proposal_incomplete + excluded.proposal_incomplete, "
              "proposal_complete = proposal_complete + excluded.proposal_complete, "
              "proposal_open_items = proposal_open_items + excluded.proposal_open_items",
    [MOVE] = "UPDATE stream SET seq = ?, hash = ? WHERE bureau = ? AND company = ?",
    [REQUEST] = "INSERT INTO request VALUES (?, ?, ?, ?, ?, ?)",
    [BLOB] = "INSERT INTO blob VALUES (?, ?, ?, ?)",
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
};

// Row numbers follow the order of the commits, so the n-th rows of the tables are one command's.
static const char *const loads[STATEMENTS] = {
    [FACT] = "SELECT * FROM fact WHERE rowid > ? ORDER BY rowid",
    [INVOICE] = "SELECT * FROM invoice WHERE rowid > ? ORDER BY rowid",
    [PAYMENT] = "SELECT * FROM payment WHERE rowid > ? ORDER BY rowid",
    [REQUEST] = "SELECT request.* FROM payment CROSS JOIN request ON request.subject = payment.id "
                "WHERE payment.rowid > ? ORDER BY payment.rowid",
    [BLOB] = "SELECT * FROM blob WHERE rowid > ? ORDER BY rowid",
};

static const char *const marks[STATEMENTS] = {
    [FACT] = "SELECT coalesce(max(rowid), 0) FROM fact",
    [INVOICE] = "SELECT coalesce(max(rowid), 0) FROM invoice",
    [PAYMENT] = "SELECT coalesce(max(rowid), 0) FROM payment",
    [REQUEST] = "SELECT coalesce(max(rowid), 0) FROM payment",
    [BLOB] = "SELECT coalesce(max(rowid), 0) FROM blob",
};

typedef struct {
  int type, size;
  int64_t integer;
  void *bytes;
} cell;

typedef struct {
  cell *cells;
  int columns;
  int64_t count, room;
} rows;

struct reference {
  sqlite3 *db;
  sqlite3_stmt *statements[STATEMENTS];
  rows loaded[STATEMENTS];
  int code;
};

// The same settings as the server's writer.
static const char settings[] =
    "PRAGMA busy_timeout=1000; PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF;"
    "PRAGMA recursive_triggers=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16000;"
    "PRAGMA cache_size=-65536;";

static void forget(rows *r) {
  for (int64_t i = 0; i < r->count * r->columns; i++) free(r->cells[i].bytes);
  free(r->cells);
  memset(r, 0, sizeof *r);
}

static int keep(rows *r, sqlite3_stmt *s) {
  r->columns = sqlite3_column_count(s);
  if (r->count == r->room) {
    r->room = r->room ? 2 * r->room : 1024;
    cell *more = realloc(r->cells, sizeof(cell) * (size_t)(r->room * r->columns));
    if (!more) return SQLITE_NOMEM;
    r->cells = more;
  }
  cell *row = r->cells + r->count * r->columns;
  memset(row, 0, sizeof(cell) * (size_t)r->columns);
  r->count++;
  for (int i = 0; i < r->columns; i++) {
    row[i].type = sqlite3_column_type(s, i);
    row[i].integer = sqlite3_column_int64(s, i);
    if (row[i].type != SQLITE_TEXT && row[i].type != SQLITE_BLOB) continue;
    const void *bytes = sqlite3_column_blob(s, i);
    row[i].size = sqlite3_column_bytes(s, i);
    row[i].bytes = malloc((size_t)row[i].size + 1);
    if (!row[i].bytes) return SQLITE_NOMEM;
    if (row[i].size) memcpy(row[i].bytes, bytes, (size_t)row[i].size);
  }
  return SQLITE_OK;
}

static int load(reference *r, sqlite3 *from, int table) {
  sqlite3_stmt *s = 0;
  int code = sqlite3_prepare_v2(r->db, marks[table], -1, &s, 0);
  if (!code && sqlite3_step(s) != SQLITE_ROW) code = SQLITE_ERROR;
  int64_t mark = code ? 0 : sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  forget(&r->loaded[table]);
  if (code) return code;
  code = sqlite3_prepare_v2(from, loads[table], -1, &s, 0);
  if (!code) code = sqlite3_bind_int64(s, 1, mark);
  int step = SQLITE_DONE;
  while (!code && (step = sqlite3_step(s)) == SQLITE_ROW) code = keep(&r->loaded[table], s);
  sqlite3_finalize(s);
  return code ? code : step == SQLITE_DONE ? SQLITE_OK : step;
}

static int bind(sqlite3_stmt *s, const cell *row, int columns) {
  int code = SQLITE_OK;
  for (int i = 0; i < columns && !code; i++) {
    const cell *c = row + i;
    switch (c->type) {
      case SQLITE_INTEGER: code = sqlite3_bind_int64(s, i + 1, c->integer); break;
      case SQLITE_TEXT: code = sqlite3_bind_text(s, i + 1, c->bytes, c->size, SQLITE_STATIC); break;
      case SQLITE_BLOB: code = sqlite3_bind_blob(s, i + 1, c->bytes, c->size, SQLITE_STATIC); break;
      default: code = sqlite3_bind_null(s, i + 1);
    }
  }
  return code;
}

static int finish(sqlite3_stmt *s) {
  int code = sqlite3_step(s);
  sqlite3_reset(s);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int insert(reference *r, int table, int64_t index) {
  const rows *t = &r->loaded[table];
  int code = bind(r->statements[table], t->cells + index * t->columns, t->columns);
  return code ? code : finish(r->statements[table]);
}

// Columns of a fact: bureau, company, seq, envelope, body, hash.
static int fact(reference *r, int64_t index, uint8_t hash[32]) {
  const cell *row = r->loaded[FACT].cells + index * r->loaded[FACT].columns;
  uint8_t body[32];
  SHA256(row[4].bytes, (size_t)row[4].size, body);
  SHA256(row[3].bytes, (size_t)row[3].size, hash);
  if (memcmp(hash, row[5].bytes, 32)) return -1;
  return insert(r, FACT, index);
}

static int command(reference *r, int64_t index) {
  const cell *first = r->loaded[FACT].cells + index * FACTS * r->loaded[FACT].columns;
  sqlite3_stmt *head = r->statements[HEAD], *move = r->statements[MOVE];
  uint8_t hash[32], digest[32];
  int64_t seq = 0;
  int code;
  if ((code = bind(head, first, 2))) return code;
  if (sqlite3_step(head) == SQLITE_ROW) seq = sqlite3_column_int64(head, 0);
  sqlite3_reset(head);
  if (seq + 1 != first[2].integer) return -1;
  for (int i = 0; i < FACTS; i++) {
    if ((code = fact(r, index * FACTS + i, hash))) return code;
    if ((code = insert(r, i == 0 ? INVOICE : PAYMENT, index))) return code;
  }
  // Columns of a payment: bureau, company, id, state.
  const cell *payment = r->loaded[PAYMENT].cells + index * r->loaded[PAYMENT].columns;
  for (int i = 0; i < FACTS; i++) {
    const cell event[] = {
        payment[0], payment[1], payment[2], first[i * r->loaded[FACT].columns + 2]};
    if ((code = bind(r->statements[EVENT], event, 4))) return code;
    if ((code = finish(r->statements[EVENT]))) return code;
  }
  const cell queue[] = {payment[0], payment[1], payment[3]};
  if ((code = bind(r->statements[QUEUE], queue, 3))) return code;
  if ((code = finish(r->statements[QUEUE]))) return code;
  sqlite3_bind_int64(move, 1, seq + FACTS);
  sqlite3_bind_blob(move, 2, hash, 32, SQLITE_STATIC);
  sqlite3_bind_blob(move, 3, first[0].bytes, first[0].size, SQLITE_STATIC);
  sqlite3_bind_blob(move, 4, first[1].bytes, first[1].size, SQLITE_STATIC);
  if ((code = finish(move))) return code;
  if ((code = insert(r, REQUEST, index))) return code;
  const cell *blob = r->loaded[BLOB].cells + index * r->loaded[BLOB].columns;
  SHA256(blob[3].bytes, (size_t)blob[3].size, digest);
  if (memcmp(digest, blob[2].bytes, 32)) return -1;
  return insert(r, BLOB, index);
}

reference *reference_open(const char *path) {
  reference *r = calloc(1, sizeof *r);
  if (!r) return 0;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  r->code = sqlite3_open_v2(path, &r->db, flags, 0);
  if (!r->code) r->code = sqlite3_exec(r->db, settings, 0, 0, 0);
  for (int i = 0; i < STATEMENTS && !r->code; i++)
    r->code =
        sqlite3_prepare_v3(r->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &r->statements[i], 0);
  return r;
}

int reference_load(reference *r, const char *source) {
  sqlite3 *from = 0;
  int code = r->code;
  if (!code) code = sqlite3_open_v2(source, &from, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, 0);
  for (int i = 0; i < STATEMENTS && !code; i++)
    if (loads[i]) code = load(r, from, i);
  sqlite3_close_v2(from);
  const int64_t count = reference_count(r);
  if (code) return code;
  return r->loaded[FACT].count == FACTS * count && r->loaded[INVOICE].count == count &&
                 r->loaded[PAYMENT].count == count && r->loaded[BLOB].count == count
             ? SQLITE_OK
             : SQLITE_CORRUPT;
}

int64_t reference_count(const reference *r) { return r->loaded[REQUEST].count; }

int reference_write(reference *r, int64_t batch) {
  const int64_t count = reference_count(r);
  int64_t done = 0;
  int code = r->code;
  while (!code && done < count) {
    code = finish(r->statements[BEGIN]);
    for (int64_t i = 0; i < batch && done < count && !code; i++, done++) code = command(r, done);
    if (!code) code = finish(r->statements[COMMIT]);
  }
  return code;
}

void reference_close(reference *r) {
  if (!r) return;
  for (int i = 0; i < STATEMENTS; i++) {
    sqlite3_finalize(r->statements[i]);
    forget(&r->loaded[i]);
  }
  sqlite3_close_v2(r->db);
  free(r);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Columns of a fact: bureau, company, seq, envelope, body, hash.
static int hashed(const cell *row) {
  uint8_t body[32], envelope[32];
  SHA256(row[4].bytes, (size_t)row[4].size, body);
  SHA256(row[3].bytes, (size_t)row[3].size, envelope);
  return memcmp(envelope, row[5].bytes, 32) ? SQLITE_CORRUPT : SQLITE_OK;
}

// Copies one table; `rows` grows by its rows.
static int copy(
    sqlite3 *from, sqlite3 *to, const char *table, int64_t batch, int64_t *count, double *seconds) {
  sqlite3_stmt *source = 0, *target = 0;
  rows page = {0};
  char *text = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
  int code = sqlite3_prepare_v2(from, text, -1, &source, 0), step = SQLITE_ROW;
  sqlite3_free(text);
  sqlite3_str *insert = sqlite3_str_new(to);
  sqlite3_str_appendf(insert, "INSERT INTO \"%w\" VALUES (?", table);
  for (int i = 1; !code && i < sqlite3_column_count(source); i++) sqlite3_str_appendall(insert, ", ?");
  sqlite3_str_appendall(insert, ")");
  text = sqlite3_str_finish(insert);
  if (!code) code = sqlite3_prepare_v2(to, text, -1, &target, 0);
  sqlite3_free(text);
  while (!code && step == SQLITE_ROW) {
    while (!code && page.count < batch && (step = sqlite3_step(source)) == SQLITE_ROW)
      code = keep(&page, source);
    if (!code && step != SQLITE_ROW && step != SQLITE_DONE) code = step;
    const double start = now();
    if (!code) code = sqlite3_exec(to, "BEGIN IMMEDIATE", 0, 0, 0);
    for (int64_t i = 0; i < page.count && !code; i++) {
      const cell *row = page.cells + i * page.columns;
      if (!strcmp(table, "fact")) code = hashed(row);
      if (!code) code = bind(target, row, page.columns);
      if (!code) code = finish(target);
    }
    if (!code) code = sqlite3_exec(to, "COMMIT", 0, 0, 0);
    *seconds += now() - start;
    *count += page.count;
    forget(&page);
  }
  forget(&page);
  sqlite3_finalize(source);
  sqlite3_finalize(target);
  return code;
}

int64_t reference_copy(const char *from, const char *to, int64_t batch, double *seconds) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  sqlite3 *source = 0, *target = 0;
  sqlite3_stmt *tables = 0;
  int64_t count = 0;
  *seconds = 0;
  int code = sqlite3_open_v2(from, &source, flags, 0);
  if (!code) code = sqlite3_open_v2(to, &target, flags, 0);
  if (!code) code = sqlite3_exec(target, settings, 0, 0, 0);
  // What describes the schema is there already.
  if (!code)
    code = sqlite3_prepare_v2(
        source,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
        "AND name NOT LIKE 'schema\\_%' ESCAPE '\\'",
        -1, &tables, 0);
  while (!code && sqlite3_step(tables) == SQLITE_ROW)
    code = copy(
        source, target, (const char *)sqlite3_column_text(tables, 0), batch, &count, seconds);
  sqlite3_finalize(tables);
  sqlite3_close_v2(source);
  sqlite3_close_v2(target);
  return code ? -code : count;
}

static int64_t number(sqlite3 *db, const char *format, const char *table) {
  char *text = sqlite3_mprintf(format, table, table);
  sqlite3_stmt *s = 0;
  int64_t value = -1;
  if (!sqlite3_prepare_v2(db, text, -1, &s, 0) && sqlite3_step(s) == SQLITE_ROW)
    value = sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  sqlite3_free(text);
  return value;
}

const char *reference_difference(const char *path, const char *other, int64_t *rows) {
  static char name[64];
  sqlite3 *db = 0;
  sqlite3_stmt *tables = 0;
  const char *found = 0;
  *rows = 0;
  int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, 0);
  char *attach = sqlite3_mprintf("ATTACH %Q AS other", other);
  if (!code) code = sqlite3_exec(db, attach, 0, 0, 0);
  sqlite3_free(attach);
  if (!code)
    code = sqlite3_prepare_v2(
        db, "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        -1, &tables, 0);
  while (!code && !found && sqlite3_step(tables) == SQLITE_ROW) {
    snprintf(name, sizeof name, "%s", (const char *)sqlite3_column_text(tables, 0));
    const int64_t count = number(db, "SELECT count(*) FROM main.\"%w\"", name);
    const int64_t both = number(
        db, "SELECT count(*) FROM (SELECT * FROM main.\"%w\" INTERSECT SELECT * FROM other.\"%w\")",
        name);
    if (count < 0 || count != both || count != number(db, "SELECT count(*) FROM other.\"%w\"", name))
      found = name;
    *rows += count;
  }
  sqlite3_finalize(tables);
  sqlite3_close_v2(db);
  return code ? 0 : found ? found : "";
}

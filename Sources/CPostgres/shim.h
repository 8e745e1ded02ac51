#include <libpq-fe.h>
#include <string.h>

// The fields of an error, which libpq names by character macros.
static const int cpostgres_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int cpostgres_state = PG_DIAG_SQLSTATE;
static const int cpostgres_message = PG_DIAG_MESSAGE_PRIMARY;
static const int cpostgres_detail = PG_DIAG_MESSAGE_DETAIL;
static const int cpostgres_function = PG_DIAG_SOURCE_FUNCTION;

// A commit that stops waiting for its synchronous standby succeeds with a mere warning: noted here.
// All other notices are dropped; libpq would print them.
static void cpostgres_note(void *unreplicated, const PGresult *notice) {
  const char *function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);
  if (function && strcmp(function, "SyncRepWaitForLSN") == 0) *(int *)unreplicated = 1;
}

// `unreplicated` must outlive the connection.
static inline void cpostgres_watch(PGconn *connection, int *unreplicated) {
  PQsetNoticeReceiver(connection, cpostgres_note, unreplicated);
}

import Engine

enum SigningCodeSchema {
  /// Payments signed by a code: how an order is answered, and the code, known by a keyed digest.
  static let codes = Migration(
    27, "codes that sign payments", tables: [TenantTable("signing_code", .bureau)],
    """
    ALTER TABLE bankid_order ADD COLUMN method TEXT;
    CREATE TABLE signing_code (
      bureau BLOB NOT NULL, order_key BLOB NOT NULL, id BLOB NOT NULL, app_user BLOB NOT NULL,
      session BLOB NOT NULL, number TEXT NOT NULL, set_digest BLOB NOT NULL, salt BLOB NOT NULL,
      digest BLOB NOT NULL, message TEXT NOT NULL, message_text TEXT NOT NULL,
      send_time INTEGER NOT NULL, tries_left INTEGER NOT NULL, superseded BOOLEAN NOT NULL,
      use_time INTEGER, use_request TEXT,
      PRIMARY KEY (bureau, order_key)) STRICT;
    CREATE INDEX signing_code_user ON signing_code (bureau, app_user, send_time);
    """)
}

import Engine

extension Schema {
  /// Keys of accounting systems, and the batches sealed with them.
  static let signingKeys = Migration(
    7, "signing keys and batches",
    tables: [
      TenantTable("signing_key", .company), TenantTable("signing_key_owner", .platform),
      TenantTable("batch", .company),
    ],
    """
    CREATE TABLE signing_key (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, number INTEGER NOT NULL,
      public_key BLOB NOT NULL, maker TEXT NOT NULL, create_time INTEGER NOT NULL,
      end_time INTEGER, revoke_time INTEGER,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE UNIQUE INDEX signing_key_number ON signing_key (bureau, company, number);
    CREATE TABLE signing_key_owner (
      public_key BLOB NOT NULL, bureau BLOB NOT NULL, company BLOB NOT NULL,
      PRIMARY KEY (public_key)) STRICT;
    CREATE TABLE batch (
      bureau BLOB NOT NULL, company BLOB NOT NULL, batch_id TEXT NOT NULL, id BLOB NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (bureau, company, batch_id)) STRICT;
    """)
}

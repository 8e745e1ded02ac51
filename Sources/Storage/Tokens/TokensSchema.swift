import Engine

extension Schema {
  /// What tokens are limited to, what they are for, and when they were used. Tables of their own:
  /// a token without limits needs no row.
  static let tokenScopes = Migration(
    13, "scopes and use of tokens",
    tables: [
      TenantTable("token_scope", .platform), TenantTable("token_detail", .bureau),
      TenantTable("token_use", .platform),
    ],
    """
    CREATE TABLE token_scope (
      hash BLOB NOT NULL, bureau BLOB NOT NULL, company BLOB, token BLOB NOT NULL,
      companies BLOB NOT NULL, verbs TEXT NOT NULL, certificate BLOB,
      PRIMARY KEY (hash)) STRICT;
    CREATE TABLE token_detail (
      bureau BLOB NOT NULL, id BLOB NOT NULL, display_name TEXT NOT NULL,
      create_time INTEGER NOT NULL,
      PRIMARY KEY (bureau, id)) STRICT;
    CREATE TABLE token_use (
      hash BLOB NOT NULL, bureau BLOB NOT NULL, company BLOB, token BLOB NOT NULL,
      last_use_time INTEGER NOT NULL,
      PRIMARY KEY (hash)) STRICT;
    CREATE INDEX token_scope_token ON token_scope (bureau, token);
    CREATE INDEX token_use_token ON token_use (bureau, token);
    CREATE INDEX token_user ON token (bureau, app_user);
    CREATE INDEX session_owner ON session (bureau, app_user);
    """)
}

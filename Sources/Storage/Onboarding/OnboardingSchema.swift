import Engine

extension Schema {
  /// What was last applied to each company from a bureau file.
  static let onboarding = Migration(
    10, "onboarding from files",
    tables: [TenantTable("onboarding", .directory)],
    """
    CREATE TABLE onboarding (
      bureau BLOB NOT NULL, company BLOB NOT NULL, content_digest TEXT NOT NULL,
      apply_time INTEGER NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    CREATE INDEX role_company ON role (bureau, company, id);
    """)
}

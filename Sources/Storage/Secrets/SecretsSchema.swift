import Engine

extension Schema {
  /// Which master keys seal this database: ids only.
  static let sealingKeys = Migration(
    5, "sealing keys",
    tables: [TenantTable("sealing_key", .platform)],
    """
    CREATE TABLE sealing_key (
      id TEXT NOT NULL, bureau BLOB, company BLOB,
      PRIMARY KEY (id)) STRICT;
    """)
}

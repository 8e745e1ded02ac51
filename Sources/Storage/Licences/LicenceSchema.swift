import Engine

extension Schema {
  static let licences = Migration(
    16, "licences and packages",
    tables: [TenantTable("licence", .bureau), TenantTable("package_grant", .directory)],
    """
    CREATE TABLE licence (
      bureau BLOB NOT NULL, customer_number TEXT NOT NULL, administrator BLOB NOT NULL,
      administrator_name TEXT NOT NULL, administrator_email TEXT NOT NULL,
      packages TEXT NOT NULL, order_time INTEGER NOT NULL, accepted_terms TEXT,
      accept_time INTEGER,
      PRIMARY KEY (bureau)) STRICT;
    CREATE TABLE package_grant (
      bureau BLOB NOT NULL, company BLOB NOT NULL, package TEXT NOT NULL,
      accesses TEXT NOT NULL,
      PRIMARY KEY (bureau, company, package)) STRICT;
    """)
}

import Engine

extension Schema {
  /// Whom a company pays on which accounts, and what happened to each.
  static let suppliers = Migration(
    24, "suppliers and their accounts",
    tables: [
      TenantTable("supplier", .company), TenantTable("supplier_account", .company),
      TenantTable("supplier_event", .company),
    ],
    """
    CREATE TABLE supplier (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, supplier_key TEXT NOT NULL,
      display_name TEXT NOT NULL, country_code TEXT NOT NULL, block_reason TEXT,
      create_time INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE TABLE supplier_account (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, supplier BLOB NOT NULL,
      supplier_key TEXT NOT NULL, account_form TEXT NOT NULL, account_text TEXT NOT NULL,
      state TEXT NOT NULL, changed BOOLEAN NOT NULL, maker BLOB, payment BLOB NOT NULL,
      create_time INTEGER NOT NULL, decider BLOB, decide_time INTEGER, reason TEXT NOT NULL,
      first_sign_time INTEGER, last_sign_time INTEGER,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE INDEX supplier_account_supplier ON supplier_account (bureau, company, supplier);
    CREATE INDEX supplier_account_held ON supplier_account (bureau, company, supplier)
      WHERE state = 'held';
    CREATE TABLE supplier_event (
      bureau BLOB NOT NULL, company BLOB NOT NULL, supplier BLOB NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, supplier, seq)) STRICT, WITHOUT ROWID;
    """)
}

import Engine

extension Schema {
  /// Companies' policies, joint signatures, and who made a payment.
  static let policies = Migration(
    15, "company policies",
    tables: [TenantTable("company_policy", .company), TenantTable("payment_approval", .company)],
    """
    ALTER TABLE payment ADD COLUMN makers BLOB;
    CREATE TABLE company_policy (
      bureau BLOB NOT NULL, company BLOB NOT NULL, body BLOB NOT NULL, set_time INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    CREATE TABLE payment_approval (
      bureau BLOB NOT NULL, company BLOB NOT NULL, payment BLOB NOT NULL, app_user BLOB NOT NULL,
      digest BLOB NOT NULL, body BLOB NOT NULL, required INTEGER NOT NULL, day TEXT NOT NULL,
      currency TEXT NOT NULL, amount_minor INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, payment, app_user)) STRICT;
    CREATE INDEX payment_approval_day ON payment_approval (bureau, company, day);
    """)
}

import Engine

enum PostingSchema {
  /// Vouchers for several payments (B-04), found by date; when each was posted.
  static let bundles = Migration(
    12, "vouchers of bundles",
    tables: [TenantTable("voucher_payment", .company)],
    """
    CREATE TABLE voucher_payment (
      bureau BLOB NOT NULL, company BLOB NOT NULL, voucher BLOB NOT NULL,
      line INTEGER NOT NULL, payment BLOB NOT NULL,
      PRIMARY KEY (bureau, company, voucher, line)) STRICT;
    INSERT INTO voucher_payment (bureau, company, voucher, line, payment)
      SELECT bureau, company, id, 1, payment FROM voucher;
    ALTER TABLE voucher DROP COLUMN payment;
    ALTER TABLE voucher ADD COLUMN post_time INTEGER;
    CREATE INDEX voucher_date ON voucher (bureau, company, voucher_date, number);
    """)
}

import Domain
import Engine

extension Schema {
  /// What tells that two payments may be the same, with what people have said of it, and what is set off
  /// against a payment. `debt`: what the invoice asks for, whatever is set off.
  static let duplicates = Migration(
    30, "payments that may be the same, open items of suppliers",
    tables: [TenantTable("duplicate_dismissal", .company), TenantTable("open_item", .company)],
    """
    ALTER TABLE payment ADD COLUMN number_key TEXT NOT NULL DEFAULT '';
    ALTER TABLE payment ADD COLUMN debt_minor INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE payment ADD COLUMN debt_reference TEXT;
    ALTER TABLE payment ADD COLUMN netted BOOLEAN NOT NULL DEFAULT FALSE;
    UPDATE payment SET debt_minor = amount_minor, debt_reference = reference_text,
      number_key = invoice_number;
    \(numberKeys)
    CREATE INDEX payment_number ON payment (bureau, company, number_key, debt_minor);
    CREATE INDEX payment_reference ON payment (bureau, company, debt_reference, debt_minor);
    CREATE TABLE duplicate_dismissal (
      bureau BLOB NOT NULL, company BLOB NOT NULL, payment BLOB NOT NULL, other BLOB NOT NULL,
      app_user BLOB NOT NULL, reason TEXT NOT NULL, dismiss_time INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, payment, other)) STRICT;
    CREATE TABLE open_item (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL,
      supplier_key TEXT NOT NULL, supplier_name TEXT NOT NULL, number TEXT NOT NULL,
      number_key TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
      item_date TEXT, source_digest BLOB NOT NULL, create_time INTEGER NOT NULL, payment BLOB,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE UNIQUE INDEX open_item_number
      ON open_item (bureau, company, supplier_key, kind, number_key);
    CREATE INDEX open_item_payment ON open_item (bureau, company, payment);
    CREATE INDEX open_item_open ON open_item (bureau, company, supplier_key)
      WHERE payment IS NULL;
    """)

  /// What `DuplicateKey.number` does, in SQL: `lower` is another thing in each engine. A statement for
  /// some characters each, since engines bound how deep calls stand in each other.
  private static var numberKeys: String {
    var pairs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map { (String($0), $0.lowercased()) }
    pairs += DuplicateKey.signs.map { (String($0), "") }
    var statements = stride(from: 0, to: pairs.count, by: 8).map { start in
      let value = pairs[start..<min(start + 8, pairs.count)].reduce("number_key") {
        "replace(\($0), '\($1.0)', '\($1.1)')"
      }
      return "UPDATE payment SET number_key = \(value);"
    }
    statements.append(
      "UPDATE payment SET number_key = ltrim(number_key, '0') WHERE ltrim(number_key, '0') <> '';")
    return statements.joined(separator: "\n")
  }
}

import Domain
import Engine

extension Schema {
  /// Companies that are inactive or closed, users that are blocked, and finding both by a text.
  static let companyLife = Migration(
    8, "life of companies and users", tables: [TenantTable("company_closure", .company)],
    """
    CREATE TABLE company_closure (
      bureau BLOB NOT NULL, company BLOB NOT NULL, close_time INTEGER NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    ALTER TABLE company ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
    ALTER TABLE company ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE company ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
    ALTER TABLE app_user ADD COLUMN blocked BOOLEAN NOT NULL DEFAULT FALSE;
    ALTER TABLE app_user ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE app_user ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
    UPDATE company SET search_text = display_name;
    UPDATE app_user SET search_text = display_name || ' ' || email;
    \(folding("company"))
    UPDATE company SET search_text = search_text || ' ' || organisation_number;
    \(folding("app_user"))
    """)

  /// What `SearchText.folded` does, in SQL; a few letters at a time, as deep as SQLite's parser goes.
  static func folding(_ table: String) -> String {
    stride(from: 0, to: SearchText.letters.count, by: 8).map { start in
      let folded = SearchText.letters[start...].prefix(8).reduce("search_text") { text, letter in
        "replace(\(text), '\(letter.upper)', '\(letter.lower)')"
      }
      return "UPDATE \(table) SET search_text = \(folded);"
    }.joined(separator: "\n")
  }
}
